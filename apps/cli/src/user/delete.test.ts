import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type CommandDatabase, commandDatabase } from '../testing/command-database.ts'
import { runCommand } from '../testing/run-command.ts'

const EMAIL = 'ada@example.com'
/** More than goes before the rest is waited for. */
const TASKS = 1_100

let database: CommandDatabase
beforeAll(async () => {
  database = await commandDatabase()
}, 60_000)
afterAll(() => database[Symbol.asyncDispose]())

let userId: string
beforeEach(async () => {
  await using open = await database.open()
  await open.client.user.deleteMany()
  const user = await open.client.user.create({ data: { email: EMAIL } })
  userId = user.id
  await open.client.user.create({ data: { email: 'bob@example.com', isActive: false } })
  await open.client.$transaction([
    open.client.$executeRaw`SET LOCAL session_replication_role = replica`,
    open.client.$executeRaw`
      INSERT INTO tasks (user_id, id, title)
      SELECT ${userId}::uuid, gen_random_uuid(), 'Task' FROM generate_series(1, ${TASKS}::int)`,
    open.client.$queryRaw`SELECT recount_user(${userId}::uuid)::text`,
  ])
})

function taskwire(line: string, typed?: string) {
  return runCommand(line, database.variables, typed)
}

async function countTasks(): Promise<number> {
  await using open = await database.open()
  return await open.client.task.count({ where: { userId } })
}

test('an account is deleted once its address was typed again, and its rows are gone', async () => {
  const { exitCode, results, progress } = await taskwire(`user delete ${EMAIL}`, 'Ada@example.com')
  expect({ exitCode, results }).toEqual({ exitCode: 0, results: [`${EMAIL} is deleted, with ${TASKS} tasks`] })
  expect(progress[0]).toMatch(/^Security event: \{"event":"accountDeleted"/)
  expect(await countTasks()).toBe(0)
  expect((await taskwire('user list')).results).toEqual([expect.stringMatching(/^inactive .* bob@example.com$/)])
  expect(await taskwire(`user delete ${EMAIL} --yes`)).toMatchObject({
    exitCode: 1,
    progress: ['There is no such account or token'],
  })
})

test.each([
  { typed: '', says: 'Nobody sits at a terminal to be asked: say --yes' },
  { typed: 'y', says: 'That is not the address: nothing was deleted' },
])('nothing is deleted where %j is answered', async ({ typed, says }) => {
  expect(await taskwire(`user delete ${EMAIL}`, typed)).toEqual({ exitCode: 1, results: [], progress: [says] })
  expect(await countTasks()).toBe(TASKS)
})

test('its rows may be left to a server, and the account is gone all the same', async () => {
  const { exitCode, results } = await taskwire(`user delete ${EMAIL} --yes --no-wait --json`)
  expect(exitCode).toBe(0)
  expect(JSON.parse(results.join('\n'))).toEqual({ email: EMAIL, id: userId, tasks: TASKS, removed: false })
  expect(await countTasks()).toBe(TASKS)
  expect((await taskwire(`user activate ${EMAIL}`)).exitCode).toBe(1)
  expect(JSON.parse((await taskwire('user list --json')).results.join('\n'))).toEqual([
    { id: expect.any(String), email: 'bob@example.com', isActive: false, createdAt: expect.any(String) },
  ])
})
