import { setTimeout as sleep } from 'node:timers/promises'
import { type OpenDatabase, openDatabase, Prisma } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { registeredCalls, type TrpcCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addTasksUnstamped } from './testing/add-tasks.ts'
import { attack, type Others, watchOthers } from './testing/greedy-user.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

const TASKS = 300_000
/** Milliseconds for which the others are watched. */
const DURATION = 10_000

let db: OpenDatabase
/** Another way to the database, as psql is one. */
let psql: OpenDatabase
let server: TestServer
let other: TrpcCalls
let quiet: Others
beforeAll(async () => {
  const url = await freshServerUrl()
  db = await openDatabase({ url, dataDir: '' })
  psql = await openDatabase({ url, dataDir: '' })
  server = await testServer(db, { services: { limitStore: { redis: null, multiplier: 1 } } })
  other = await registeredCalls(server)
  quiet = await watchOthers({ server, calls: other, milliseconds: DURATION })
}, 60_000)
afterAll(async () => {
  await server.close()
  await psql.close()
  await db.close()
})

/** A user of many tasks, with ids of a hundred of them. */
async function greedyUser(count: number): Promise<{ token: string; ids: string[] }> {
  const { token, email } = await registeredCalls(server)
  await addTasksUnstamped(psql.client, { email, count })
  const tasks = await psql.client.task.findMany({ where: { user: { email } }, take: 100, select: { id: true } })
  return { token, ids: tasks.map(({ id }) => id) }
}

/** Every call of the other user succeeds, and soon, and the server never counts as ill. */
async function expectServed(what: string, attacking: Promise<unknown>): Promise<void> {
  const others = await watchOthers({ server, calls: other, milliseconds: DURATION })
  await attacking
  const ratio = (others.p99 / quiet.p99).toFixed(1)
  process.stdout.write(
    `${what}: p99 of the other user ${quiet.p99} ms quiet, ${others.p99} ms under attack (${ratio} times), ` +
      `${others.failures.length} of ${others.calls} calls failed, /health ${others.unhealthy} times not 200\n`,
  )
  expect(others.failures).toEqual([])
  expect(others.unhealthy).toBe(0)
  expect(others.slowest).toBeLessThan(2_000)
}

test('a user who searches 300 000 tasks, ten searches a batch, keeps nobody from working', async () => {
  const { token } = await greedyUser(TASKS)
  let searched = 0
  const attacking = attack({ server, token, milliseconds: DURATION }, 'task.list', () => {
    searched += 1
    return { search: `nowhere to be found ${searched}`, withTotal: true }
  })
  await expectServed('searches', attacking)
}, 120_000)

test('a user who changes a hundred tasks at once, ten times a batch, keeps nobody from working', async () => {
  const { token, ids } = await greedyUser(1_000)
  const attacking = attack({ server, token, milliseconds: DURATION }, 'task.updateMany', () => ({
    ids,
    completed: Math.random() < 0.5,
  }))
  await expectServed('bulk changes', attacking)
}, 60_000)

/** Holds what a statement locks, as psql would, while the work is done. */
async function whileHeld(statement: Prisma.Sql, work: () => Promise<void>): Promise<void> {
  let over = false
  const holding = psql.client.$transaction(
    async (transaction) => {
      await transaction.$executeRaw(statement)
      while (!over) await transaction.$queryRaw`SELECT pg_sleep(0.2)::text`
    },
    { timeout: 60_000 },
  )
  await sleep(200)
  await work().finally(() => {
    over = true
    return holding
  })
}

test('a user whose row somebody holds in psql keeps nobody from working', async () => {
  const {
    token,
    ids: [id = ''],
  } = await greedyUser(10)
  await whileHeld(Prisma.sql`UPDATE tasks SET title = 'Held' WHERE id = ${id}::uuid`, async () => {
    const attacking = attack({ server, token, milliseconds: DURATION }, 'task.setCompleted', () => ({
      id,
      completed: true,
    }))
    await expectServed('a row held', attacking)
  })
}, 60_000)

test('a user whose session somebody holds in psql keeps nobody from working', async () => {
  const { token, email } = await registeredCalls(server)
  const held = Prisma.sql`
    UPDATE sessions SET confirmed_at = NULL WHERE user_id = (SELECT id FROM users WHERE email = ${email})`
  await whileHeld(held, async () => {
    const attacking = Array.from({ length: 10 }, () =>
      attack({ server, token, milliseconds: DURATION }, 'task.list', () => ({})),
    )
    await expectServed('a session held', Promise.all(attacking))
  })
}, 60_000)
