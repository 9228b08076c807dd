import { MAX_VERSION } from '@taskwire/contract'
import { restartFeeds, VersionsUsedUpError } from '@taskwire/domain'
import { expect } from 'vitest'
import { test } from './testing/fixture.ts'
import { rewind, type TestUser, testUser } from './testing/index.ts'
import { newTasks } from './testing/rows.ts'

/** Makes tasks in one statement. @returns their ids, in the order of their making */
async function manyTasks({ services: { db }, user }: TestUser, count: number): Promise<string[]> {
  const made = await db.task.createManyAndReturn({
    data: Array.from({ length: count }, () => ({ userId: user.id, title: 'x' })),
    select: { id: true, version: true },
  })
  return made.sort((one, other) => one.version - other.version).map(({ id }) => id)
}

/** All that the feed tells of whoever begins at the beginning, however many pages that takes. */
async function readSnapshot({ caller }: TestUser, limit: number): Promise<string[]> {
  const ids: string[] = []
  let page = await caller.change.list({ since: 0, limit })
  for (;;) {
    expect(page.reset).toBe(false)
    ids.push(...page.changes.map(({ id }) => id))
    if (!page.hasMore) return ids
    page = await caller.change.list({ since: page.version, snapshot: page.snapshot ?? undefined, limit })
  }
}

test('whoever was ahead of a restored backup starts over, also once it has overtaken him', async ({ me, services }) => {
  await newTasks(me, 5)
  await manyTasks(me, 45)
  await rewind(me, 5)
  const { version } = await restartFeeds(services.db)
  for (const since of [1, 5, 6, 50, 1_000, version - 1]) {
    expect(await me.caller.change.list({ since })).toMatchObject({ reset: true, version })
  }
  await manyTasks(me, 60)
  for (const since of [1, 5, 6, 50, 1_000, version - 1]) {
    expect(await me.caller.change.list({ since })).toMatchObject({ reset: true, version: version + 60 })
  }
  expect((await me.caller.change.list({ since: version })).changes).toHaveLength(60)
})

test('a second restore of the same backup is told from the first', async ({ me, services }) => {
  await newTasks(me, 5)
  const first = await restartFeeds(services.db)
  await manyTasks(me, 40)
  const { version: known } = await me.caller.change.list()
  await rewind(me, 5)
  const second = await restartFeeds(services.db, { above: known })
  expect(second.version).toBeGreaterThan(known)
  await manyTasks(me, 60)
  for (const since of [first.version, known]) {
    expect(await me.caller.change.list({ since })).toMatchObject({ reset: true })
  }
})

test('also where the clock says less than was counted, and nobody knows the database that is replaced', async ({
  me,
  services: { db },
}) => {
  await newTasks(me, 1)
  await db.user.update({ where: { id: me.user.id }, data: { changeSeq: 900_000_000 } })
  const backup = await db.user.findMany({ select: { id: true, changeSeq: true, purgedSeq: true } })
  const { version: first } = await restartFeeds(db)
  for (const { id, ...seqs } of backup) await db.user.update({ where: { id }, data: seqs })
  // As 100 s later: the triggers would stamp the rows.
  await db.$transaction([
    db.$executeRaw`SET LOCAL session_replication_role = replica`,
    db.$executeRaw`UPDATE users SET created_at = created_at - interval '100 seconds'`,
    db.$executeRaw`UPDATE tasks SET updated_at = updated_at - interval '100 seconds'`,
  ])
  const { version: second } = await restartFeeds(db)
  expect(second).toBeGreaterThanOrEqual(first + 100)
})

test('without changes since, too, no version is given out twice, and none is lowered', async ({ me, services }) => {
  const [id = ''] = await newTasks(me, 1)
  const before = await me.caller.task.get({ id })
  const { version, users } = await restartFeeds(services.db)
  expect(users).toBe(await services.db.user.count())
  // What a second ago was one clock is another now: not lower in any case.
  const again = await restartFeeds(services.db)
  expect(again.version).toBeGreaterThan(version)
  expect(await me.caller.task.get({ id })).toEqual(before)
  const { version: next } = await me.caller.task.update({ id, version: before.version, title: 'y' })
  expect(next).toBe(again.version + 1)
  await expect(me.caller.task.update({ id, version: before.version, title: 'z' })).rejects.toMatchObject({
    cause: { reason: 'VERSION_CONFLICT' },
  })
})

test('whoever begins at the beginning is told everything, by pages, and then each change', async ({ me, services }) => {
  const ids = await newTasks(me, 7)
  await restartFeeds(services.db)
  expect(await readSnapshot(me, 3)).toEqual(ids)
  ids.push(...(await newTasks(me, 2)))
  expect(await readSnapshot(me, 3)).toEqual(ids)
})

test('a restart while somebody reads by pages begins his reading anew', async ({ me, services }) => {
  await newTasks(me, 7)
  await restartFeeds(services.db)
  const page = await me.caller.change.list({ since: 0, limit: 3 })
  const { version } = await restartFeeds(services.db)
  const next = await me.caller.change.list({ since: page.version, snapshot: page.snapshot ?? undefined, limit: 3 })
  expect(next).toMatchObject({ reset: true, version, changes: [], snapshot: null })
})

test('an open stream is told within seconds, and one that begins at the beginning is told everything', async ({
  me,
  services,
}) => {
  const ids = await manyTasks(me, 250)
  const { version: since } = await me.caller.change.list()
  const open = (await me.caller.change.stream({ since }))[Symbol.asyncIterator]()
  const told = open.next()
  const { version } = await restartFeeds(services.db)
  // A heartbeat of the hub, as after 5 s: no announcement tells of this.
  expect((await told).value?.[1]).toEqual({ type: 'reset', version })
  expect((await open.next()).done).toBe(true)

  const whole = (await me.caller.change.stream({ since: 0 }))[Symbol.asyncIterator]()
  for (const id of ids) expect((await whole.next()).value?.[1]).toMatchObject({ id })
  await whole.return?.()
}, 20_000)

test('more users than a batch are restarted, all at one version', async ({ services }) => {
  await services.db.$executeRaw`
    INSERT INTO users (id, email, change_seq) SELECT gen_random_uuid(), 'many-' || n || '@example.com', n
    FROM generate_series(1, 5500) AS n`
  const { users, version } = await restartFeeds(services.db)
  expect(users).toBeGreaterThan(5_500)
  expect(await services.db.user.count({ where: { changeSeq: version, purgedSeq: version } })).toBe(users)
  await services.db.user.deleteMany({ where: { email: { startsWith: 'many-' } } })
})

test('where no versions are left, nothing is changed, and that is said', async ({ me, services }) => {
  await newTasks(me, 1)
  const seqOf = () => services.db.user.findUniqueOrThrow({ where: { id: me.user.id }, select: { changeSeq: true } })
  const before = await seqOf()
  await expect(restartFeeds(services.db, { above: MAX_VERSION })).rejects.toThrow(VersionsUsedUpError)
  expect(await seqOf()).toEqual(before)
  const lonely = await testUser(services)
  await services.db.user.update({ where: { id: lonely.user.id }, data: { changeSeq: MAX_VERSION - 10 } })
  await expect(restartFeeds(services.db)).rejects.toThrow('there is none above 2147483647')
  await services.db.user.delete({ where: { id: lonely.user.id } })
})
