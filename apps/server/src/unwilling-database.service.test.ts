import { setTimeout as sleep } from 'node:timers/promises'
import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { registeredCalls, type TrpcCalls } from '@taskwire/router/testing'
import { beforeEach, expect, test } from 'vitest'
import { type TestServer, testServer } from './testing/test-server.ts'

const POOL_SIZE = 4

let name: string
let db: OpenDatabase
/** Somebody else at the same database. */
let psql: OpenDatabase
let server: TestServer
let user: TrpcCalls & { email: string }
beforeEach(async () => {
  const url = await freshServerUrl()
  name = new URL(url).pathname.slice(1)
  db = await openDatabase({ url, poolSize: POOL_SIZE, dataDir: '' })
  psql = await openDatabase({ url, poolSize: 2, dataDir: '' })
  server = await testServer(db)
  user = await registeredCalls(server)
  return async () => {
    await server.close()
    await psql.close()
    await db.close()
  }
})

const write = (title: string) => user.mutate<{ id: string }>('task.create', { json: { title } })
const health = async () => (await fetch(`${server.url}/health`)).status

test.each([
  ['a disk that is full', '53100'],
  ['memory that is used up', '53200'],
  ['a server that only reads', '25006'],
  ['a lock that somebody else holds', '55P03'],
  ['a server that is not in the state for it', '55000'],
  ['a database that is gone', '3D000'],
])('%s is said as 503, and when to come again', async (_what, code) => {
  await psql.client.$executeRawUnsafe(`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE EXCEPTION USING ERRCODE = ''${code}'', MESSAGE = ''as asked''; END'`)
  await psql.client.$executeRaw`CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON tasks EXECUTE FUNCTION fail()`
  const { data: tag } = await user.mutate<{ id: string }>('tag.create', { json: { name: 'Soon' } })
  const inTransaction = user.mutate('task.updateMany', { json: { ids: [tag.id], completed: true } })
  for (const answer of [await write('Now'), await inTransaction]) {
    expect(answer).toMatchObject({ status: 503, error: { reason: 'UNAVAILABLE', retryAfter: 1 } })
    expect(answer.headers.get('retry-after')).toBe('1')
  }
  await psql.client.$executeRaw`DROP FUNCTION fail CASCADE`
  expect((await write('Later')).status).toBe(200)
})

/** Makes every connection of the server's pool lead to a database that only reads, as a failover does. */
async function failOver(): Promise<void> {
  await psql.client.$executeRawUnsafe(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`)
  await Promise.all(
    Array.from(
      { length: POOL_SIZE },
      () => db.client.$queryRaw`
        SELECT set_config('default_transaction_read_only', 'on', false) FROM pg_sleep(0.5)`,
    ),
  )
}

async function promote(): Promise<void> {
  await psql.client.$transaction([
    psql.client.$executeRaw`SET TRANSACTION READ WRITE`,
    psql.client.$executeRawUnsafe(`ALTER DATABASE "${name}" RESET default_transaction_read_only`),
  ])
}

test('after a failover the server says that it cannot write, and heals by itself', async () => {
  const { data: task } = await write('Before')
  expect(await health()).toBe(200)
  await failOver()
  for (let times = 0; times < 3; times++) {
    expect(await write('Meanwhile')).toMatchObject({ status: 503, error: { reason: 'UNAVAILABLE' } })
    const bulk = await user.mutate('task.updateMany', { json: { ids: [task.id], completed: true } })
    expect(bulk).toMatchObject({ status: 503, error: { reason: 'UNAVAILABLE' } })
  }
  expect((await user.query('task.get', { json: { id: task.id } })).status).toBe(200)
  await expect.poll(health, { timeout: 20_000, interval: 500 }).toBe(503)

  await promote()
  await expect.poll(health, { timeout: 5_000, interval: 200 }).toBe(200)
  // No more than the connections that there were can fail.
  const answers = []
  for (let times = 0; times < POOL_SIZE + 3; times++) answers.push((await write('After')).status)
  expect(answers.slice(-3)).toEqual([200, 200, 200])
}, 60_000)

test('connections of before a failover go where only transactions write, too', async () => {
  const { data: task } = await write('Before')
  await failOver()
  await promote()
  const answers = []
  for (let times = 0; times < POOL_SIZE + 3; times++) {
    answers.push((await user.mutate('task.updateMany', { json: { ids: [task.id], completed: true } })).status)
  }
  expect(answers[0]).toBe(503)
  expect(answers.slice(-3)).toEqual([200, 200, 200])
}, 60_000)

test('calls succeed while somebody changes the same tasks in psql, in an order that deadlocks', async () => {
  const { data: task } = await write('Contested')
  const deadlocks = async () => {
    const [row] = await psql.client.$queryRaw<{ count: number }[]>`
      SELECT deadlocks::int AS count FROM pg_stat_database WHERE datname = current_database()`
    return row?.count ?? 0
  }
  let over = false
  const end = performance.now() + 30_000
  const meddle = async () => {
    while (!over) {
      // The row, and by the trigger the user; a call locks them the other way round.
      await psql.client
        .$transaction([
          psql.client.$queryRaw`SELECT 1 FROM tasks WHERE id = ${task.id}::uuid FOR UPDATE`,
          psql.client.$executeRaw`UPDATE tasks SET title = title WHERE id = ${task.id}::uuid`,
        ])
        .catch(() => {})
      await sleep(20)
    }
  }
  const failures: string[] = []
  let calls = 0
  const work = async () => {
    while (!over) {
      calls += 1
      const { error } = await user.mutate('task.setCompleted', { json: { id: task.id, completed: calls % 2 === 0 } })
      if (error !== undefined) failures.push(error.reason)
      over ||= performance.now() > end || (await deadlocks()) >= 8
    }
  }
  await Promise.all([meddle(), work(), work(), work()])
  process.stdout.write(`${await deadlocks()} deadlocks, ${failures.length} of ${calls} calls failed\n`)
  expect(await deadlocks()).toBeGreaterThan(0)
  expect(failures).toEqual([])
}, 60_000)
