import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isLostConnection, isOutOfTime, isPoolExhausted, isTimeout, isUnanswered, isUnavailable } from './errors.ts'
import { explainDatabaseFailure } from './explain-failure.ts'
import type { PrismaClient } from './generated/client.ts'
import { fromDriver } from './open-database.ts'
import { openServer } from './server.ts'
import { fromOrigin, offTheClock } from './statement-observation.ts'
import { failureOf } from './testing/failure-of.ts'
import { newUser } from './testing/rows.ts'
import { freshServerUrl } from './testing/server-url.ts'

let url: string
beforeAll(async () => {
  url = await freshServerUrl()
})

test('a server without TLS, where the URL demands it, is explained in one line', async () => {
  const driver = openServer({ url: `${url}?sslmode=require`, dataDir: '' })
  const line = /^No encrypted connection to the database: .*The server does not support SSL connections\. Check .*$/
  expect(explainDatabaseFailure(await failureOf(driver.client.$queryRaw`SELECT 1`))).toMatch(line)
  expect(explainDatabaseFailure(await failureOf(fromDriver(driver).migrations.status()))).toMatch(line)
  await driver.close()
})

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

async function sessionOf(client: Pick<PrismaClient, '$queryRaw'>): Promise<number> {
  const [row] = await client.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
  return row?.pid ?? 0
}

describe('on one connection', () => {
  let client: PrismaClient
  let other: PrismaClient
  beforeEach(() => {
    const [driver, otherDriver] = [
      openServer({ url, poolSize: 1, dataDir: '' }),
      openServer({ url, poolSize: 1, dataDir: '' }),
    ]
    client = driver.client
    other = otherDriver.client
    return async () => {
      await driver.close()
      await otherDriver.close()
    }
  })

  const terminate = (pid: number) => other.$queryRaw`SELECT pg_terminate_backend(${pid}::int, 1000)`

  test('a call waits no longer than it has, and gives up the connection on which nobody answered', async () => {
    const before = await sessionOf(client)
    const inCall = <T>(milliseconds: number, work: () => Promise<T>) =>
      fromOrigin({ requestId: 'x', procedure: 'task.list', deadline: performance.now() + milliseconds }, work)
    const slow = () => client.$queryRaw`SELECT pg_sleep(3)::text`.then((rows) => rows)
    const inTransaction = () => client.$transaction((transaction) => transaction.$queryRaw`SELECT pg_sleep(3)::text`)
    for (const work of [slow, inTransaction]) {
      let error: unknown
      const seconds = await secondsOf(async () => {
        error = await failureOf(inCall(1_300, work))
      })
      expect(isUnanswered(error)).toBe(true)
      expect(seconds).toBeLessThan(2.8)
    }
    expect(await sessionOf(client)).not.toBe(before)

    const busy = slow()
    const error = await failureOf(inCall(1_300, slow))
    expect(isPoolExhausted(error)).toBe(true)
    await busy
  })

  test('a transaction that comes to its end too late is rolled back, and leaves no connection in the middle of it', async () => {
    const userId = await newUser(client)
    const origin = { requestId: 'x', procedure: 'task.list', deadline: performance.now() + 1_400 }
    const late = fromOrigin(origin, () =>
      client.$transaction(async (transaction) => {
        await transaction.user.update({ where: { id: userId }, data: { isActive: false } })
        await new Promise((resolve) => setTimeout(resolve, 600))
      }),
    )
    expect(isOutOfTime(await failureOf(late))).toBe(true)
    expect(await client.user.findUnique({ where: { id: userId } })).toMatchObject({ isActive: true })
    await client.user.update({ where: { id: userId }, data: { changeSeq: 7 } })
    expect(await other.user.findUnique({ where: { id: userId } })).toMatchObject({ changeSeq: 7 })
    await client.user.delete({ where: { id: userId } })
  })

  test('what a call does without the database puts off when it gives up', async () => {
    const origin = { requestId: 'x', procedure: 'auth.login', deadline: performance.now() + 1_500 }
    await fromOrigin(origin, async () => {
      await offTheClock(() => new Promise((resolve) => setTimeout(resolve, 1_000)))
      expect(await sessionOf(client)).toBeGreaterThan(0)
    })
  })

  test('a statement has 5 seconds', async () => {
    let error: unknown
    const seconds = await secondsOf(async () => {
      error = await failureOf(client.$queryRaw`SELECT pg_sleep(20)::text`)
    })
    expect(seconds).toBeGreaterThan(4.5)
    expect(seconds).toBeLessThan(6.5)
    expect(isTimeout(error)).toBe(true)
    expect(isUnavailable(error)).toBe(false)
  })

  test('the wait for a connection has 2 seconds', async () => {
    const busy = client.$queryRaw`SELECT pg_sleep(4.8)::text`.then(String)
    let error: unknown
    const seconds = await secondsOf(async () => {
      error = await failureOf(client.user.count())
    })
    expect(seconds).toBeLessThan(3)
    expect(isUnavailable(error)).toBe(true)
    const transaction = await failureOf(client.$transaction((work) => work.user.count()))
    expect(isUnavailable(transaction)).toBe(true)
    await busy
  })

  test('a read on a connection that died while idle is answered on another', async () => {
    const before = await sessionOf(client)
    await terminate(before)
    expect(await client.user.count()).toBe(0)
    expect(await sessionOf(client)).not.toBe(before)
  })

  test('a read that is killed is read once more', async () => {
    const pid = await sessionOf(client)
    const reading = client.$queryRaw<{ answer: number }[]>`SELECT 42 AS answer FROM pg_sleep(1)`.then((rows) => rows)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await terminate(pid)
    expect(await reading).toEqual([{ answer: 42 }])
  })

  test('a read that kills its connection every time is not read for ever', async () => {
    const error = await failureOf(client.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())::text`)
    expect(isLostConnection(error)).toBe(true)
  })

  test('a write on a lost connection fails as unavailable, and is not repeated', async () => {
    const error = await failureOf(
      client.$executeRaw`DO $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END $$`,
    )
    expect(isLostConnection(error)).toBe(true)
    expect(isUnavailable(error)).toBe(true)
    expect(await client.user.count()).toBe(0)
  })

  test('a connection lost in mid-transaction is told as such, and leaves nothing', async () => {
    const userId = await newUser(client)
    for (const query of [
      (work: Pick<PrismaClient, 'task' | '$queryRaw'>) => work.task.findMany(),
      (work: Pick<PrismaClient, 'task' | '$queryRaw'>) => work.task.create({ data: { userId, title: 'b' } }),
      (work: Pick<PrismaClient, 'task' | '$queryRaw'>) => work.$queryRaw`SELECT 1`,
    ]) {
      const error = await failureOf(
        client.$transaction(async (work) => {
          await work.task.create({ data: { userId, title: 'a' } })
          await terminate(await sessionOf(work))
          await query(work)
        }),
      )
      expect(isLostConnection(error)).toBe(true)
      expect(isUnavailable(error)).toBe(true)
    }
    expect(await client.task.count({ where: { userId } })).toBe(0)
    await client.user.deleteMany()
  })
})

test('a server that does not listen is unavailable', async () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const driver = openServer({ url: `postgresql://postgres@${host}:1/postgres`, dataDir: '' })
    const { client } = driver
    expect(isUnavailable(await failureOf(client.user.count()))).toBe(true)
    expect(isUnavailable(await failureOf(client.$transaction((work) => work.user.count())))).toBe(true)
    await driver.close()
  }
})

test('statements are prepared once and named', async () => {
  const driver = openServer({ url, poolSize: 1, dataDir: '' })
  await driver.client.user.findMany({ where: { email: 'a' } })
  await driver.client.user.findMany({ where: { email: 'b' } })
  const prepared = await driver.client.$queryRaw<{ name: string }[]>`
    SELECT name FROM pg_prepared_statements WHERE statement LIKE '%"email" = $1%' AND statement NOT LIKE '%pg_prepared%'`
  expect(prepared).toHaveLength(1)
  await driver.close()
})

describe('through a pooler', () => {
  const settings = `
    SELECT current_setting('statement_timeout') AS statement,
      current_setting('lock_timeout') AS lock,
      current_setting('idle_in_transaction_session_timeout') AS idle,
      current_setting('TimeZone') AS zone`

  test('nothing that would outlive a transaction is left on the connection', async () => {
    const pooled = new URL(url)
    pooled.searchParams.set('application_name', 'pooled')
    const driver = openServer({ url: pooled.href, directUrl: url, poolSize: 1, dataDir: '' })
    const inside = await driver.client.$transaction(async (work) => {
      await work.user.findMany({ where: { email: 'a' } })
      return work.$queryRawUnsafe(settings)
    })
    expect(inside).toEqual([{ statement: '5s', lock: '1500ms', idle: '10s', zone: 'UTC' }])
    expect(await driver.client.$queryRawUnsafe(settings)).toEqual([
      { statement: '0', lock: '0', idle: '0', zone: 'UTC' },
    ])
    expect(await driver.client.$queryRaw`SELECT name FROM pg_prepared_statements`).toEqual([])
    await driver.close()
  })

  test('the same URL twice is no pooler', async () => {
    const driver = openServer({ url, directUrl: url, poolSize: 1, dataDir: '' })
    expect(await driver.client.$queryRawUnsafe(settings)).toEqual([
      { statement: '5s', lock: '1500ms', idle: '10s', zone: 'UTC' },
    ])
    await driver.close()
  })
})
