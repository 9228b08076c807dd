import { expect, test } from 'vitest'
import { commandDatabase } from '../testing/command-database.ts'
import { runCommand } from '../testing/run-command.ts'

const CHECKS = ['configuration', 'connection', 'version', 'time zone', 'migrations', 'schema', 'row counts', 'clock']

/** The names of the checks that failed. */
function failuresOf(lines: string[]): string[] {
  return CHECKS.filter((check) => lines.some((line) => line.startsWith(`FAIL  ${check} `)))
}

test('a bare database is told to be migrated, a migrated one is well, one changed by hand is not', async () => {
  await using database = await commandDatabase({ migrated: false })
  const { variables } = database
  const bare = await runCommand('doctor', variables)
  expect(bare.exitCode).toBe(1)
  expect(failuresOf(bare.results)).toEqual(['migrations', 'schema', 'row counts'])
  expect(bare.results.join('\n')).toMatch(/are pending: run `pnpm taskwire migrate up`/)

  await runCommand('migrate up', variables)
  const well = await runCommand('doctor', variables)
  expect(well.results.map((line) => line.slice(0, 4))).toEqual(CHECKS.map(() => 'ok  '))
  expect(well.exitCode).toBe(0)

  {
    await using open = await database.open()
    await open.client.$executeRaw`DROP TRIGGER tasks_stamp_version ON tasks`
    await open.client.$executeRaw`ALTER TABLE tags DROP CONSTRAINT tags_color_check`
    await open.client.$executeRaw`UPDATE _prisma_migrations SET checksum = 'edited'`
  }
  const changed = await runCommand('doctor', variables)
  expect(changed.exitCode).toBe(1)
  expect(failuresOf(changed.results)).toEqual(['migrations', 'schema'])
  expect(changed.results.join('\n')).toContain(
    'constraint tags.tags_color_check, trigger tasks.tasks_stamp_version missing',
  )
  expect(changed.results.join('\n')).toContain('was changed after it was applied')
})

test('a wrong configuration fails the first check, a line for each variable', async () => {
  const { exitCode, results } = await runCommand('doctor', { PORT: 'x', LOG_LEVEL: 'y' })
  expect(exitCode).toBe(1)
  expect(results).toEqual([
    expect.stringMatching(/^FAIL {2}configuration {2}PORT is "x"/),
    expect.stringMatching(/^FAIL {2}configuration {2}LOG_LEVEL is "y"/),
  ])
})

test('an unreachable server fails the connection, and nothing more is tried', async () => {
  const { exitCode, results } = await runCommand('doctor', { DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/x' })
  expect(exitCode).toBe(1)
  expect(results).toEqual([
    'ok    configuration  development, with the database at 127.0.0.1:1',
    expect.stringMatching(/^FAIL {2}connection {5}The database cannot be reached/),
  ])
})
