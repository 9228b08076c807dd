import { type ServerProcess, startFromSource } from '@taskwire/config/testing'
import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { openChangeStream, registeredCalls, trpcCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const TASKS = 20_000
/** Milliseconds. What a process remembers without asking is older than this. */
const A_MOMENT = 2_500

let databaseUrl: string
let database: OpenDatabase
const processes: ServerProcess[] = []
beforeAll(async () => {
  databaseUrl = await freshServerUrl()
  database = await openDatabase({ url: databaseUrl, dataDir: '' })
})
afterAll(async () => {
  for (const server of processes) await server[Symbol.asyncDispose]()
  await database.close()
})

async function startProcess(): Promise<{ url: string; server: ServerProcess }> {
  const server = startFromSource({
    DATABASE_URL: databaseUrl,
    JWT_SECRET: 'a secret of tests, at least 32 characters',
    BCRYPT_COST: '4',
  })
  processes.push(server)
  return { url: await server.url, server }
}

async function fill(userId: string): Promise<void> {
  const { client } = database
  await client.$transaction([
    client.$executeRaw`SET LOCAL session_replication_role = replica`,
    client.$executeRaw`
      INSERT INTO tags (user_id, id, name, name_key) VALUES (${userId}::uuid, ${userId}::uuid, 'Tag', 'tag')`,
    client.$executeRaw`
      INSERT INTO tasks (user_id, id, title)
      SELECT ${userId}::uuid, gen_random_uuid(), 'Task' FROM generate_series(1, ${TASKS}::int)`,
    client.$executeRaw`
      INSERT INTO task_tags (user_id, task_id, tag_id) SELECT user_id, id, user_id FROM tasks
      WHERE user_id = ${userId}::uuid`,
    client.$queryRaw`SELECT recount_user(${userId}::uuid)::text`,
  ])
}

/** Null once the account is gone. */
async function tasksLeft(id: string): Promise<number | null> {
  return (await database.client.user.findUnique({ where: { id } }))?.liveTasks ?? null
}

test('a large account is refused by every process at once, and gone soon, though the one that removes it is killed', async () => {
  const first = await startProcess()
  const second = await startProcess()
  const { token, email, mutate, query } = await registeredCalls({ url: first.url })
  const { data: user } = await query<{ id: string }>('auth.me')
  await fill(user.id)
  const there = trpcCalls({ url: second.url, token })
  expect((await there.query('task.list')).status).toBe(200)
  const stream = openChangeStream({ url: second.url, token })
  await stream.connected

  const deletion = await mutate('auth.deleteAccount', { json: { password: 'correct horse battery staple' } })
  expect(deletion.status).toBe(200)
  await expect
    .poll(async () => (await there.query('task.list')).error?.reason, { timeout: A_MOMENT })
    .toBe('SESSION_REVOKED')
  expect(await stream.ended).toEqual({ by: 'server', reason: 'SESSION_REVOKED' })
  expect(await tasksLeft(user.id)).toBeGreaterThan(0)
  const again = await trpcCalls({ url: second.url }).mutate('auth.register', {
    json: { email, password: 'correct horse battery staple' },
  })
  expect(again.status).toBe(200)

  await expect.poll(() => tasksLeft(user.id), { timeout: 20_000, interval: 20 }).toBeLessThan(TASKS)
  for (const { server } of [first, second]) server.kill('SIGKILL')
  expect(await tasksLeft(user.id)).toBeGreaterThan(0)
  await startProcess()
  await expect.poll(() => tasksLeft(user.id), { timeout: 60_000, interval: 200 }).toBeNull()
  expect(await database.client.task.count()).toBe(0)
  expect(await database.client.user.count()).toBe(1)
}, 120_000)
