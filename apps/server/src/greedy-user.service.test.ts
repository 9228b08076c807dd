import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase, Prisma, type PrismaClient } from '@taskwire/prisma'
import { registeredCalls } from '@taskwire/router/testing'
import { expect } from 'vitest'
import { addTasksUnstamped } from './testing/add-tasks.ts'
import { serving, testOnPostgres } from './testing/fixture.ts'
import { attack, watchOthers } from './testing/greedy-user.ts'
import { scrape } from './testing/scraped.ts'
import type { TestServer } from './testing/test-server.ts'

const TASKS = 300_000
/** Milliseconds for which the others are watched. */
const DURATION = 10_000

const test = testOnPostgres
  // Another way to the database, as psql is one.
  .extend('psql', { scope: 'file' }, async ({ databaseUrl }, { onCleanup }) => {
    const { client, close } = await openDatabase({ url: databaseUrl, dataDir: '' })
    onCleanup(close)
    return client
  })
  .extend('server', { scope: 'file' }, serving({ services: { limitStore: { redis: null, multiplier: 1 } } }))
  .extend('other', { scope: 'file' }, ({ server }) => registeredCalls(server))
  // Measured before the first test.
  .extend('quiet', { scope: 'file' }, ({ server, other }) =>
    watchOthers({ server, calls: other, milliseconds: DURATION }),
  )
  // Every call of the other user succeeds, and soon, and the server never counts as ill.
  .extend('expectServed', ({ server, other, quiet }) => async (what: string, attacking: Promise<unknown>) => {
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
  })

/** A user of many tasks, with ids of a hundred of them. */
async function greedyUser(
  { server, psql }: { server: TestServer; psql: PrismaClient },
  count: number,
): Promise<{ token: string; userId: string; ids: string[] }> {
  const { token, email } = await registeredCalls(server)
  await addTasksUnstamped(psql, { email, count })
  const { id: userId } = await psql.user.findUniqueOrThrow({ where: { email } })
  const tasks = await psql.task.findMany({ where: { userId }, take: 100, select: { id: true } })
  return { token, userId, ids: tasks.map(({ id }) => id) }
}

test('a user who searches 300 000 tasks, ten searches a batch, keeps nobody from working', async ({
  server,
  psql,
  expectServed,
}) => {
  const { token, userId } = await greedyUser({ server, psql }, TASKS)
  let searched = 0
  const attacking = attack({ server, token, milliseconds: DURATION }, 'task.list', () => {
    searched += 1
    return { search: `nowhere to be found ${searched}`, withTotal: true }
  })
  await expectServed('searches', attacking)
  const named = [...(await scrape(server))].filter(([series]) => series.startsWith('taskwire_greedy_user_seconds{'))
  const [greediest] = named.sort(([, one], [, other]) => other - one)
  expect(greediest?.[0]).toBe(`taskwire_greedy_user_seconds{user_id="${userId}",procedure="task.list"}`)
}, 120_000)

test('a user who changes a hundred tasks at once, ten times a batch, keeps nobody from working', async ({
  server,
  psql,
  expectServed,
}) => {
  const { token, ids } = await greedyUser({ server, psql }, 1_000)
  const attacking = attack({ server, token, milliseconds: DURATION }, 'task.updateMany', () => ({
    ids,
    completed: Math.random() < 0.5,
  }))
  await expectServed('bulk changes', attacking)
}, 60_000)

/** Holds what a statement locks, as psql would, while the work is done. */
async function whileHeld(psql: PrismaClient, statement: Prisma.Sql, work: () => Promise<void>): Promise<void> {
  let over = false
  const holding = psql.$transaction(
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

test('a user whose row somebody holds in psql keeps nobody from working', async ({ server, psql, expectServed }) => {
  const {
    token,
    ids: [id = ''],
  } = await greedyUser({ server, psql }, 10)
  await whileHeld(psql, Prisma.sql`UPDATE tasks SET title = 'Held' WHERE id = ${id}::uuid`, async () => {
    const attacking = attack({ server, token, milliseconds: DURATION }, 'task.setCompleted', () => ({
      id,
      completed: true,
    }))
    await expectServed('a row held', attacking)
  })
}, 60_000)

test('a user whose session somebody holds in psql keeps nobody from working', async ({
  server,
  psql,
  expectServed,
}) => {
  const { token, email } = await registeredCalls(server)
  const held = Prisma.sql`
    UPDATE sessions SET confirmed_at = NULL WHERE user_id = (SELECT id FROM users WHERE email = ${email})`
  await whileHeld(psql, held, async () => {
    const attacking = Array.from({ length: 10 }, () =>
      attack({ server, token, milliseconds: DURATION }, 'task.list', () => ({})),
    )
    await expectServed('a session held', Promise.all(attacking))
  })
}, 60_000)
