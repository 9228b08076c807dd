import { expect, test } from 'vitest'
import { type CommandDatabase, commandDatabase } from '../testing/command-database.ts'
import { runCommand } from '../testing/run-command.ts'
import { demonstrationTags, demonstrationTasks } from './demonstration.ts'

async function contents(database: CommandDatabase) {
  await using open = await database.open()
  const { client } = open
  const select = { id: true, version: true, updatedAt: true }
  return {
    users: await client.user.count(),
    completed: await client.task.count({ where: { completed: true } }),
    tasks: await client.task.findMany({ select, orderBy: { id: 'asc' } }),
    tags: await client.tag.findMany({ select, orderBy: { id: 'asc' } }),
  }
}

test('makes the account with its tasks and tags, and a second time nothing', async () => {
  await using database = await commandDatabase({ migrated: false })
  const { variables } = database
  const first = await runCommand('seed', variables)
  expect(first.exitCode).toBe(0)
  expect(first.results).toEqual(['demo@example.com (password plant-a-tree-today) has 300 tasks and 10 tags'])
  expect(first.progress).toContain('Created 100 of 300 tasks')
  const made = await contents(database)
  expect(made.users).toBe(1)
  expect(made.tasks).toHaveLength(300)
  expect(made.tags).toHaveLength(10)
  expect(made.completed).toBeGreaterThan(50)

  expect(await runCommand('seed', variables)).toMatchObject({ exitCode: 0, results: first.results })
  expect(await contents(database)).toEqual(made)
}, 60_000)

test('is refused in production', async () => {
  const { exitCode, progress } = await runCommand('seed', {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgresql://127.0.0.1:1/x',
    PUBLIC_URL: 'https://tasks.example.com',
    JWT_SECRET: 'x'.repeat(32),
  })
  expect(exitCode).toBe(1)
  expect(progress).toEqual([expect.stringContaining('not made in production')])
})

test('on an old schema that is not to be migrated it says what to do', async () => {
  await using database = await commandDatabase({ migrated: false })
  const { exitCode, progress } = await runCommand('seed', { ...database.variables, AUTO_MIGRATE: 'false' })
  expect(exitCode).toBe(1)
  expect(progress).toEqual([
    expect.stringMatching(/^The database lacks .*: run `pnpm taskwire migrate up`, or set AUTO_MIGRATE=true$/),
  ])
})

test('the demonstration is the same every time, without repetition, around the day given', () => {
  const today = new Date('2026-11-21T15:00:00Z')
  const tasks = demonstrationTasks(today)
  expect(tasks).toEqual(demonstrationTasks(today))
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length)
  expect(new Set(tasks.map(({ title }) => title)).size).toBe(tasks.length)
  const tagIds = new Set(demonstrationTags().map(({ id }) => id))
  expect(tasks.every((task) => task.tagIds?.every((id) => tagIds.has(id)))).toBe(true)
  const due = tasks.flatMap(({ dueAt }) => (dueAt ? [dueAt.getTime()] : []))
  expect(new Date(Math.min(...due)).toISOString()).toMatch(/^2026-10-2/)
  expect(new Date(Math.max(...due)).toISOString()).toMatch(/^2027-01-1/)
})
