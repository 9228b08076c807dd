import { randomUUID } from 'node:crypto'
import { Prisma } from '@taskwire/prisma'
import { describe, expect, vi } from 'vitest'
import type { Services } from './services.ts'
import { test } from './testing/fixture.ts'
import { inProcessClient, refusalOf, type TestSession, testRefresh, testSignIn, testUser } from './testing/index.ts'

function times<T>(count: number, call: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => call(index))
}

test.for([
  ['title', () => ({ title: randomUUID() })],
  ['tags', () => ({ tagIds: [] })],
] as const)(
  'of 50 updates of the %s by one version one wins, and the others are shown the winner',
  async ([_, change], { me }) => {
    const { id, version } = await me.caller.task.create({ title: 'x' })
    const results = await Promise.allSettled(
      times(50, () => me.client.task.update.mutate({ id, version, ...change() })),
    )
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(won).toHaveLength(1)
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.data] : []))
    expect(lost).toHaveLength(49)
    for (const refusal of lost) expect(refusal).toMatchObject({ reason: 'VERSION_CONFLICT', current: won[0] })
  },
)

test('of 50 renames and deletions of a tag by one version one wins, and no other', async ({ me }) => {
  for (let round = 0; round < 5; round += 1) {
    const { id, version } = await me.caller.tag.create({ name: `Round ${round}` })
    const results = await Promise.allSettled<object>(
      times(50, (index) =>
        index % 2 === round % 2
          ? me.client.tag.delete.mutate({ id, version })
          : me.client.tag.update.mutate({ id, version, name: randomUUID() }),
      ),
    )
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(won).toHaveLength(1)
    const [left] = (await me.caller.tag.list()).filter((tag) => tag.id === id)
    const refusal =
      left === undefined ? { reason: 'NOT_FOUND' } : { reason: 'VERSION_CONFLICT', current: { id, name: left.name } }
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason.data).toMatchObject(refusal)
    }
  }
})

test('50 creates with one id make one task, and all answer with it', async ({ me }) => {
  const id = randomUUID()
  const tag = await me.caller.tag.create({ name: 'x' })
  const answers = await Promise.all(
    times(50, (index) => me.caller.task.create({ id, title: String(index), tagIds: [tag.id] })),
  )
  for (const answer of answers) expect(answer).toEqual(answers[0])
  expect(await me.caller.task.list({ withTotal: true })).toMatchObject({ total: 1, items: [answers[0]] })
})

test('50 creates of tags with one id make one tag, and with one name as well', async ({ me }) => {
  const id = randomUUID()
  const tags = await Promise.all(times(50, (index) => me.caller.tag.create({ id, name: String(index) })))
  for (const tag of tags) expect(tag).toEqual(tags[0])

  const named = await Promise.allSettled(times(50, () => me.client.tag.create.mutate({ name: 'Home' })))
  const refused = named.filter((result) => result.status === 'rejected')
  expect(refused).toHaveLength(49)
  for (const { reason } of refused) expect(reason.data).toMatchObject({ reason: 'TAG_NAME_TAKEN' })
})

test('50 renames of tags to one name leave one of that name', async ({ me }) => {
  const tags = await Promise.all(times(10, (index) => me.caller.tag.create({ name: String(index) })))
  const results = await Promise.allSettled(
    times(50, (index) => me.client.tag.update.mutate({ id: tags[index % 10]?.id ?? '', name: 'Home' })),
  )
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason.data).toMatchObject({ reason: 'TAG_NAME_TAKEN' })
  }
  expect((await me.caller.tag.list()).filter(({ name }) => name === 'Home')).toHaveLength(1)
})

test('an answer holds the tags of its version, also after a wait for whoever was changing them', async ({ me }) => {
  const tag = await me.caller.tag.create({ name: 'x' })
  const { id } = await me.caller.task.create({ title: 'x' })
  for (let round = 0; round < 60; round += 1) {
    const answers = await Promise.all([
      me.caller.task.update({ id, tagIds: round % 2 === 0 ? [tag.id] : [] }),
      me.caller.task.setCompleted({ id, completed: round % 2 === 0 }),
    ])
    const latest = answers[0].version > answers[1].version ? answers[0] : answers[1]
    expect(latest).toEqual(await me.caller.task.get({ id }))
  }
})

test('writers of every kind, on the same tasks and tags, never wait for each other in a circle', async ({ me }) => {
  const [red, green] = [await me.caller.tag.create({ name: 'red' }), await me.caller.tag.create({ name: 'green' })]
  const task = await me.caller.task.create({ title: 'x' })
  const writes = [
    (n: number) => me.caller.task.setCompleted({ id: task.id, completed: n % 2 === 0 }),
    () => me.caller.task.update({ id: task.id, tagIds: [red.id] }),
    (n: number) => me.caller.tag.update({ id: red.id, name: `red ${n}` }),
    () => me.caller.task.create({ title: 'y', tagIds: [green.id, red.id] }),
    () => me.caller.task.update({ id: task.id, tagIds: [green.id] }),
    (n: number) => me.caller.tag.update({ id: green.id, name: `green ${n}` }),
    async () => {
      const { id } = await me.caller.task.create({ title: 'z', tagIds: [red.id] })
      await me.caller.task.delete({ id })
    },
    async (n: number) => {
      const { id } = await me.caller.tag.create({ name: `blue ${n}` })
      await me.caller.tag.delete({ id })
    },
  ]
  // Each failure is a deadlock: nothing else is wrong with these calls.
  await Promise.all(times(120, (n) => writes[n % writes.length]?.(n)))
  expect((await me.caller.task.get({ id: task.id })).tags).toHaveLength(1)
})

test('updates of the tags leave the tags of one of them, never of two', async ({ me }) => {
  const tags = await Promise.all(times(6, (index) => me.caller.tag.create({ name: String(index) })))
  const ids = tags.map(({ id }) => id)
  const [first, second] = [ids.slice(0, 3), ids.slice(3)]
  const task = await me.caller.task.create({ title: 'x', tagIds: first })
  for (let round = 0; round < 5; round += 1) {
    const answers = await Promise.all(
      times(20, (index) => me.caller.task.update({ id: task.id, tagIds: index % 2 === 0 ? first : second })),
    )
    const { tags: left } = await me.caller.task.get({ id: task.id })
    for (const shown of [left, ...answers.map((answer) => answer.tags)]) {
      expect([first, second]).toContainEqual(shown.map(({ id }) => id))
    }
  }
})

test('who has seen a version never sees a smaller one appear', async ({ me, services }) => {
  const tag = await me.caller.tag.create({ name: 'x' })
  const tasks = await Promise.all(times(8, (index) => me.caller.task.create({ title: String(index) })))
  let writing = true
  const writer = async (index: number) => {
    const id = tasks[index]?.id ?? ''
    for (let round = 0; round < 15; round += 1) {
      await me.caller.task.update({ id, title: String(round) })
      await me.caller.task.create({ title: String(round), tagIds: [tag.id] })
      await me.caller.task.update({ id, tagIds: round % 2 === 0 ? [tag.id] : [] })
      await me.caller.tag.update({ id: tag.id, name: `${index}-${round}` })
    }
  }
  const writers = Promise.all(times(8, writer)).finally(() => {
    writing = false
  })

  let highest = 0
  let polls = 0
  const seen = new Set<string>()
  const appeared: number[][] = []
  while (writing) {
    const rows = await services.db.$queryRaw<{ id: string; version: number }[]>`
      SELECT id, version FROM tasks WHERE user_id = ${me.user.id}::uuid
      UNION ALL SELECT id, version FROM tags WHERE user_id = ${me.user.id}::uuid`
    const fresh = rows.filter(({ id, version }) => !seen.has(`${id}/${version}`))
    for (const { id, version } of fresh) {
      seen.add(`${id}/${version}`)
      if (version <= highest) appeared.push([highest, version])
    }
    highest = Math.max(highest, ...rows.map(({ version }) => version))
    polls += 1
  }
  await writers
  expect(appeared).toEqual([])
  expect(polls).toBeGreaterThan(20)
  expect(highest).toBeGreaterThan(400)
})

test('an account that is deleted while it writes leaves nothing, and its writers are told so', async ({
  me,
  services,
}) => {
  const task = await me.caller.task.create({ title: 'x' })
  const writes = times(40, (index) =>
    index % 2 === 0
      ? me.client.task.create.mutate({ title: 'y' })
      : me.client.task.setCompleted.mutate({ id: task.id, completed: true }),
  )
  await writes[5]
  const [results] = await Promise.all([
    Promise.allSettled(writes),
    services.db.user.delete({ where: { id: me.user.id } }),
  ])
  for (const result of results) {
    if (result.status === 'fulfilled') continue
    expect((await refusalOf(Promise.reject(result.reason))).reason).toMatch(/^(SESSION_REVOKED|NOT_FOUND)$/)
  }
  expect(await services.db.task.count({ where: { userId: me.user.id } })).toBe(0)
})

test('calls that are under way while somebody signs out keep no session alive', async ({ services }) => {
  for (let round = 0; round < 80; round += 1) {
    const { accessToken, refreshToken } = await testUser(services)
    // As after a while: the answer of the last check is no longer remembered.
    services.identity.sessionCheck.forget(services.identity.tokens.verifyAccess(accessToken).userId)
    const client = inProcessClient(services, { bearerToken: accessToken })
    const logout = inProcessClient(services, { refreshToken }).auth.logout.mutate()
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
    const calls = Promise.allSettled(times(3, () => client.auth.me.query()))
    await logout
    expect(await refusalOf(client.auth.me.query())).toMatchObject({ reason: 'SESSION_REVOKED' })
    await calls
    expect(await refusalOf(client.auth.me.query())).toMatchObject({ reason: 'SESSION_REVOKED' })
  }
})

/** As if the current generation of the session had been made a minute earlier than it was. */
async function growOld(services: Services, { refreshToken }: TestSession): Promise<void> {
  const { userId, sessionId } = services.identity.tokens.verifyRefresh(refreshToken)
  await services.db.$executeRaw`
    UPDATE sessions SET rotated_at = rotated_at - interval '60 s'
    WHERE user_id = ${userId}::uuid AND id = ${sessionId}::uuid`
}

test('50 refreshes after a lost answer make one new generation, and all are served that', async ({ me, services }) => {
  for (let round = 0; round < 2; round += 1) {
    const session = await testSignIn(services, me)
    await growOld(services, session)
    const lost = await testRefresh(services, session.refreshToken)
    await growOld(services, session)
    const answers = await Promise.all(times(50, () => testRefresh(services, session.refreshToken)))
    const generations = answers.map(
      ({ refreshToken }) => services.identity.tokens.verifyRefresh(refreshToken).generation,
    )
    expect(new Set(generations)).toEqual(new Set([3]))
    expect(services.identity.tokens.verifyRefresh(lost.refreshToken).generation).toBe(2)
  }
})

describe('of the first use of a generation and its replacement, at once, one takes effect:', () => {
  let session: TestSession
  let lost: TestSession
  test.beforeEach(async ({ me, services }) => {
    session = await testSignIn(services, me)
    await growOld(services, session)
    lost = await testRefresh(services, session.refreshToken)
    await growOld(services, session)
  })

  /** Calls while a change of the session is under way, so that the call has to wait for it, and then commits that. */
  async function callDuring<T>(
    services: Services,
    change: Prisma.Sql,
    call: () => Promise<T>,
  ): Promise<PromiseSettledResult<T>[]> {
    const { answer } = await services.db.$transaction(async (transaction) => {
      const { userId, sessionId } = services.identity.tokens.verifyRefresh(session.refreshToken)
      await transaction.$executeRaw`
        UPDATE sessions SET ${change} WHERE user_id = ${userId}::uuid AND id = ${sessionId}::uuid`
      const [{ pid } = { pid: 0 }] = await transaction.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
      const answer = Promise.allSettled([call()])
      await vi.waitFor(
        async () => {
          const [{ waiting } = { waiting: 0 }] = await transaction.$queryRaw<{ waiting: number }[]>`
            SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE ${pid}::int = ANY(pg_blocking_pids(pid))`
          expect(waiting).toBe(1)
        },
        { timeout: 4_000, interval: 20 },
      )
      return { answer }
    })
    return answer
  }

  test('a replacement that comes second finds the use, and takes it for reuse', async ({ services }) => {
    const [refresh] = await callDuring(services, Prisma.sql`confirmed_at = clock_timestamp()`, () =>
      testRefresh(services, session.refreshToken),
    )
    expect(refresh).toMatchObject({ status: 'rejected', reason: { data: { reason: 'SESSION_REVOKED' } } })
  })

  test('a use that comes second confirms nothing', async ({ me, services }) => {
    const { sessionId, generation } = services.identity.tokens.verifyRefresh(lost.refreshToken)
    const [use] = await callDuring(
      services,
      Prisma.sql`generation = generation + 1, rotated_at = clock_timestamp()`,
      () => inProcessClient(services, { bearerToken: lost.accessToken }).auth.me.query(),
    )
    expect(use).toMatchObject({ status: 'fulfilled', value: me.user })
    const row = await services.db.session.findFirstOrThrow({ where: { id: sessionId } })
    expect(row).toMatchObject({ generation: generation + 1, parent: 1, confirmedAt: null, revokedAt: null })
  })
})
