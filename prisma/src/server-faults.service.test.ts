import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenDatabase } from './driver.ts'
import { isReadOnly, isUnavailable, isWriteConflict } from './errors.ts'
import { Prisma, type PrismaClient } from './generated/client.ts'
import { openDatabase } from './open-database.ts'
import { failureOf } from './testing/failure-of.ts'
import { newTask, newUser } from './testing/rows.ts'
import { freshServerUrl } from './testing/server-url.ts'

let database: OpenDatabase
let client: PrismaClient
/** Somebody else at the same database. */
let psql: OpenDatabase
beforeAll(async () => {
  const url = await freshServerUrl()
  database = await openDatabase({ url, poolSize: 2, dataDir: '' })
  psql = await openDatabase({ url, dataDir: '' })
  client = database.client
  // What fails as its title says.
  await client.$executeRaw`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = NEW.title; END $$`
  await client.$executeRaw`
    CREATE TRIGGER fail BEFORE INSERT ON tasks FOR EACH ROW WHEN (NEW.title ~ '^[0-9A-Z]{5}$') EXECUTE FUNCTION fail()`
})
afterAll(async () => {
  await database.close()
  await psql.close()
})

type Work = Pick<PrismaClient, 'task' | '$executeRaw' | '$queryRaw'>

test.each([
  ['25006', 'a server that only reads'],
  ['53100', 'a full disk'],
  ['53200', 'no memory left'],
  ['55P03', 'a lock that somebody holds'],
  ['55000', 'a server that is not in the state for it'],
  ['3D000', 'a database that is gone'],
])('%s, %s, is no fault of the call: it may succeed in a moment', async (code) => {
  const userId = await newUser(client)
  const ways: ((work: Work) => Promise<unknown>)[] = [
    async (work) => work.task.create({ data: { userId, title: code } }),
    async (work) =>
      work.$executeRaw`INSERT INTO tasks (user_id, id, title) VALUES (${userId}::uuid, gen_random_uuid(), ${code})`,
  ]
  for (const way of ways) {
    expect(isUnavailable(await failureOf(way(client)))).toBe(true)
    expect(isUnavailable(await failureOf(client.$transaction((work) => way(work))))).toBe(true)
  }
  expect(await client.task.count({ where: { userId } })).toBe(0)
})

/** The sessions of the pool, each of which is asked at once. */
async function sessions(): Promise<number[]> {
  const rows = await Promise.all(
    [1, 2].map(() => client.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid FROM pg_sleep(0.2)`),
  )
  return rows.map(([row]) => row?.pid ?? 0).toSorted((a, b) => a - b)
}

test('a connection on which the server refused to write is not used again, nor are those that are as old', async () => {
  const userId = await newUser(client)
  for (const write of [
    () => client.$transaction((work) => work.task.create({ data: { userId, title: '25006' } })),
    () => client.task.create({ data: { userId, title: '25006' } }),
  ]) {
    const before = await sessions()
    expect(isReadOnly(await failureOf(write()))).toBe(true)
    // The other one serves once more.
    await sessions()
    const after = await sessions()
    expect(before.filter((session) => after.includes(session))).toEqual([])
  }
  // Otherwise they are kept.
  await failureOf(client.$transaction((work) => work.task.create({ data: { userId, title: '53100' } })))
  const kept = await sessions()
  expect(await sessions()).toEqual(kept)
})

test('whoever waits for a lock that somebody else keeps is told long before a statement would time out', async () => {
  const userId = await newUser(client)
  const id = await newTask(client, userId)
  let held = () => {}
  let release = () => {}
  const isHeld = new Promise<void>((resolve) => {
    held = resolve
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const holding = psql.client.$transaction(async (work) => {
    await work.$queryRaw`SELECT 1 FROM tasks WHERE id = ${id}::uuid FOR UPDATE`
    held()
    await released
  })
  await isHeld
  const start = performance.now()
  const error = await failureOf(client.$executeRaw`UPDATE tasks SET completed = true WHERE id = ${id}::uuid`)
  expect(isUnavailable(error)).toBe(true)
  expect(performance.now() - start).toBeLessThan(4_000)
  release()
  await holding
})

/** Two users, locked in one order here and in the other one there: until one of the two gives way. */
async function deadlock(work: (order: Prisma.Sql) => Promise<unknown>): Promise<PromiseSettledResult<unknown>[]> {
  const ids = [await newUser(client), await newUser(client)]
  const touched = (order: string[]) => Prisma.sql`
    SELECT count(touch(id)) FROM unnest(${order}::uuid[]) WITH ORDINALITY AS users (id, place)`
  return Promise.allSettled([work(touched(ids)), work(touched(ids.toReversed()))])
}

test('a single statement that loses a deadlock is run again, and none inside a transaction', async () => {
  // Locks one user, waits for the others to do so too, and locks the next.
  await client.$executeRaw`
    CREATE FUNCTION touch(user_id uuid) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN UPDATE users SET is_active = true WHERE id = user_id; PERFORM pg_sleep(0.3); END $$`
  const single = await deadlock((statement) => client.$queryRaw(statement).then((rows) => rows))
  expect(single.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])

  let statements = 0
  const inside = await deadlock((statement) =>
    client.$transaction(async (work) => {
      statements += 1
      return work.$queryRaw(statement)
    }),
  )
  const lost = inside.filter((result) => result.status === 'rejected')
  expect(lost).toHaveLength(1)
  expect(isWriteConflict(lost[0]?.reason)).toBe(true)
  expect(statements).toBe(2)
})
