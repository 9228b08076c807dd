import { randomInt } from 'node:crypto'
import { parseEnvironment } from '@taskwire/config'
import { type Pooler, type ServerProcess, startFromSource, startPgBouncer } from '@taskwire/config/testing'
import { inTransaction, isTimeout, isUnavailable, openDatabase, Prisma } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { explainRefusal } from './explain-refusal.ts'
import { createLogger } from './log/logger.ts'
import { type RunningServer, start } from './start.ts'
import { expectReadersToFollow } from './testing/random-traffic.ts'

const SECRET = 'a secret of tests, at least 32 characters'

let directUrl: string
let url: string
let pooler: Pooler
beforeAll(async () => {
  directUrl = await freshServerUrl({ migrated: false })
  // As few connections as may be: whoever counts on having one of one's own is found out.
  pooler = await startPgBouncer(directUrl, { default_pool_size: '5' })
  url = pooler.through(directUrl)
})
afterAll(() => pooler[Symbol.asyncDispose]())

function startProcess(urls: Record<string, string>): ServerProcess {
  return startFromSource({
    ...urls,
    JWT_SECRET: SECRET,
    BCRYPT_COST: '4',
    RATE_LIMIT_MULTIPLIER: '10000',
  })
}

test('two processes on five connections migrate, register, write and tell each other', async () => {
  const urls = { DATABASE_URL: url, DIRECT_DATABASE_URL: directUrl }
  await using one = startProcess(urls)
  const both = [await one.url]
  await using other = startProcess(urls)
  both.push(await other.url)
  await expectReadersToFollow({
    users: 2,
    writes: 100,
    atOnce: 2,
    pickUrl: () => both[randomInt(both.length)] ?? '',
  })
}, 120_000)

test('a single statement that takes too long is ended at the server as well', async () => {
  await using database = await openDatabase({ url, directUrl, dataDir: '' })
  const { client } = database
  const failure = client.$queryRaw`SELECT pg_sleep(20)::text`.then(
    () => undefined,
    (error: unknown) => error,
  )
  // Those of others go on, also one after the other on the same connections.
  for (let count = 0; count < 100; count += 1) await client.$queryRaw`SELECT 1`
  expect(isTimeout(await failure)).toBe(true)
  const running = () => client.$queryRaw`
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND query ~ '^SELECT pg_sleep'`
  await expect.poll(running).toEqual([])
  // The connection that was late does its work again.
  expect(await Promise.all(Array.from({ length: 20 }, () => client.$queryRaw`SELECT 1 AS one`))).toHaveLength(20)
})

test('a transaction has its own limits, and leaves none behind', async () => {
  await using database = await openDatabase({ url, directUrl, dataDir: '' })
  const { client } = database
  const limit = Prisma.sql`SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock`
  expect(await client.$transaction((transaction) => transaction.$queryRaw(limit))).toEqual([
    { statement: '5s', lock: '1500ms' },
  ])
  expect(await Promise.all(Array.from({ length: 10 }, () => client.$queryRaw(limit)))).toEqual(
    Array(10).fill([{ statement: '0', lock: '0' }]),
  )
})

test('a single write waits for a lock as long as it would without the pooler, and no longer', async () => {
  await using database = await openDatabase({ url, directUrl, dataDir: '' })
  const { client } = database
  const { id } = await client.user.create({ data: { email: 'locked@example.com' } })
  await client.$transaction(async (transaction) => {
    await transaction.user.update({ where: { id }, data: { changeSeq: 1 } })
    const failure = await client.user.update({ where: { id }, data: { changeSeq: 2 } }).catch((error: unknown) => error)
    expect(isUnavailable(failure)).toBe(true)
  })
  expect(await client.user.update({ where: { id }, data: { changeSeq: 2 } })).toMatchObject({ changeSeq: 2 })
})

test('what the pooler refuses is unavailable', async () => {
  await using narrow = await startPgBouncer(directUrl, { default_pool_size: '1', query_wait_timeout: '1' })
  await using database = await openDatabase({ url: narrow.through(directUrl), directUrl, dataDir: '' })
  const { client } = database
  await client.$transaction(async (transaction) => {
    await transaction.$queryRaw`SELECT 1`
    expect(isUnavailable(await client.$queryRaw`SELECT 1`.catch((error: unknown) => error))).toBe(true)
  })
  expect(await client.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }])
})

test('transactions that lock each other out are run again', async () => {
  await using database = await openDatabase({ url, directUrl, dataDir: '' })
  const { client } = database
  const [one, other] = await Promise.all(
    ['deadlock-1@example.com', 'deadlock-2@example.com'].map((email) => client.user.create({ data: { email } })),
  )
  const ids = [one?.id ?? '', other?.id ?? '']
  let met = 0
  const lockBoth = (order: string[]) =>
    inTransaction(client, async (transaction) => {
      for (const id of order) {
        await transaction.user.update({ where: { id }, data: { changeSeq: { increment: 1 } } })
        met += 1
        await expect.poll(() => met).toBeGreaterThanOrEqual(2)
      }
    })
  await Promise.all([lockBoth(ids), lockBoth(ids.toReversed())])
  expect(await client.user.findMany({ where: { id: { in: ids } }, select: { changeSeq: true } })).toEqual([
    { changeSeq: 2 },
    { changeSeq: 2 },
  ])
})

test.each([
  [
    'without a direct URL',
    () => ({ DATABASE_URL: url }),
    'DATABASE_URL leads through a pooler that gives each transaction another connection: set DIRECT_DATABASE_URL to the URL of the same database without the pooler',
  ],
  [
    'where that leads through it as well',
    () => ({ DATABASE_URL: `${url}?application_name=other`, DIRECT_DATABASE_URL: url }),
    'DIRECT_DATABASE_URL leads through a pooler as well, where migrations and LISTEN cannot work: set it to the server’s own address',
  ],
  [
    'where that is another database',
    () => ({ DATABASE_URL: url, DIRECT_DATABASE_URL: new URL('/postgres', directUrl).href }),
    'DATABASE_URL and DIRECT_DATABASE_URL lead to different databases: both have to be the same database of the same server, one without the pooler',
  ],
])('%s no server starts, and it says so in a line', async (_what, urls, says) => {
  const refusal = await startHere(urls()).then(
    () => null,
    (error: unknown) => explainRefusal(error),
  )
  expect(refusal).toBe(says)
})

test('a pooler that keeps a session on one connection needs no direct URL', async () => {
  await using sessions = await startPgBouncer(directUrl, { pool_mode: 'session', default_pool_size: '20' })
  const server = await startHere({ DATABASE_URL: sessions.through(directUrl) })
  expect((await fetch(`${server.url}/health`)).status).toBe(200)
  await server.stop()
})

/** In this process. */
function startHere(urls: Record<string, string>): Promise<RunningServer> {
  return start(
    parseEnvironment({ ...urls, PORT: '0', JWT_SECRET: SECRET }, '/nowhere'),
    createLogger({ level: 'silent', terminal: false }),
  )
}
