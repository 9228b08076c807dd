import type { AccountExportResult, AccountRecord } from '@taskwire/contract'
import { expect } from 'vitest'
import { testWith } from './testing/fixture.ts'
import { callers, externalIssuer, type TestCaller, testCaller, testSession, testUser } from './testing/index.ts'

const test = testWith({ externalIssuer })

test('a person is told all that is theirs, and no password or token', async ({ services, me }) => {
  await testSession(services, me.user.id, { userAgent: 'Firefox', ip: '203.0.113.7' })
  const { token } = await me.caller.apiToken.create({ name: 'Tool', password: me.password })
  const identity = { issuer: 'https://id.example.com', subject: me.user.id }
  await services.db.externalIdentity.create({ data: { ...identity, userId: me.user.id } })
  const tag = await me.caller.tag.create({ name: 'Home' })
  const goneTag = await me.caller.tag.create({ name: 'Gone' })
  await me.caller.tag.delete({ id: goneTag.id })
  const task = await me.caller.task.create({ title: 'Live', tagIds: [tag.id] })
  const binned = await me.caller.task.create({ title: 'Binned' })
  await me.caller.task.delete({ id: binned.id })

  const records = await everythingOf(me.caller)
  expect(records.map(({ type }) => type)).toEqual([
    'user',
    'externalIdentity',
    'session',
    'session',
    'apiToken',
    'tag',
    'tag',
    'task',
    'task',
  ])
  expect(records).toEqual(
    expect.arrayContaining([
      { type: 'user', user: me.user },
      { type: 'externalIdentity', externalIdentity: identity },
      { type: 'tag', tag },
      { type: 'tag', tag: expect.objectContaining({ id: goneTag.id, deletedAt: expect.any(Date) }) },
      { type: 'task', task: await me.caller.task.get({ id: task.id }) },
      { type: 'task', task: expect.objectContaining({ id: binned.id, title: 'Binned', deletedAt: expect.any(Date) }) },
    ]),
  )
  const { passwordHash } = await services.db.user.findUniqueOrThrow({ where: { id: me.user.id } })
  const { tokenHash } = await services.db.apiToken.findFirstOrThrow({ where: { userId: me.user.id } })
  for (const secret of [passwordHash, tokenHash, token, me.password]) {
    expect(JSON.stringify(records)).not.toContain(secret)
  }
})

test.for(['apiToken', 'externalToken'] as const)(
  'by an %s tags and tasks are told, and not how the user signs in',
  async (kind, { services }) => {
    const { request } = await callers[kind](services)
    const records = await everythingOf(await testCaller(services, request))
    expect(records.map(({ type }) => type)).toEqual(['user', 'tag', 'task'])
  },
)

test('a long account comes by pages, each below 1 MB, with everything once', async ({ services, me }) => {
  const userId = me.user.id
  const description = '€'.repeat(10_000)
  await services.db.task.createMany({
    data: Array.from({ length: 40 }, () => ({ userId, title: 'Long', description })),
  })
  await services.db.tag.createMany({
    data: Array.from({ length: 1_500 }, (_, index) => ({ userId, name: `Tag ${index}`, nameKey: `tag ${index}` })),
  })
  const pages = await pagesOf(me.caller)
  expect(pages.length).toBeGreaterThan(2)
  for (const { records } of pages) expect(Buffer.byteLength(JSON.stringify(records))).toBeLessThan(1_000_000)
  const ids = pages.flatMap(({ records }) => records.flatMap(idsOf))
  expect(ids).toHaveLength(1_540)
  expect(new Set(ids).size).toBe(1_540)
})

test('what changes while the pages are read is told by the feed since the first one', async ({ me }) => {
  const task = await me.caller.task.create({ title: 'Before' })
  const { version } = await me.caller.account.export()
  await me.caller.task.update({ id: task.id, title: 'After' })
  const { changes } = await me.caller.change.list({ since: version })
  expect(changes).toMatchObject([{ type: 'task', task: { title: 'After' } }])
})

test("a place among somebody else's things leads to one's own alone", async ({ services, me }) => {
  const other = await testUser(services)
  const theirs = await other.caller.task.create({ title: 'Theirs' })
  await me.caller.task.create({ title: 'Mine' })
  for (const cursor of ['task', 'tag', `task.${theirs.id}`, `tag.${theirs.id}`]) {
    const { records } = await me.caller.account.export({ cursor })
    expect(JSON.stringify(records)).not.toContain('Theirs')
  }
})

test.for(['user', 'task.', 'task.1', 'session.01981f0e-6c1a-7cc3-9d5c-2f1c4a2f7a10', 'task.01981f0e.x'])(
  '%j is no place to go on from',
  async (cursor, { me }) => {
    await expect(me.caller.account.export({ cursor })).rejects.toMatchObject({
      cause: { reason: 'VALIDATION_FAILED', details: { issues: [{ path: 'cursor', code: 'NOT_A_CURSOR' }] } },
    })
  },
)

async function everythingOf(caller: TestCaller): Promise<AccountRecord[]> {
  return (await pagesOf(caller)).flatMap(({ records }) => records)
}

async function pagesOf({ account }: TestCaller): Promise<AccountExportResult[]> {
  const pages: AccountExportResult[] = []
  let cursor: string | null = null
  do {
    const page: AccountExportResult = await account.export({ cursor })
    pages.push(page)
    cursor = page.nextCursor
  } while (cursor !== null)
  return pages
}

function idsOf(record: AccountRecord): string[] {
  if (record.type === 'task') return [record.task.id]
  return record.type === 'tag' ? [record.tag.id] : []
}
