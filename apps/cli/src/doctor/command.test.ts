import { expect, test } from 'vitest'
import { commandDatabase } from '../testing/command-database.ts'
import { objectionsIn } from '../testing/objections.ts'
import { runCommand } from '../testing/run-command.ts'

/** The names of the checks that failed, each once. */
function failuresOf(lines: string[]): string[] {
  const names = lines.map((line) => /^FAIL {2}(.{13})/.exec(line)?.[1]?.trim())
  return [...new Set(names.filter((name) => name !== undefined))]
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
  expect(objectionsIn(well.results)).toEqual([])
  expect(well.results.map((line) => line.slice(6, 19).trim())).toEqual(
    expect.arrayContaining(['configuration', 'connection', 'migrations', 'schema', 'row counts', 'clock', 'redis']),
  )
  expect(well.exitCode).toBe(0)

  {
    await using open = await database.open()
    await open.client.$executeRaw`ALTER TABLE tags DROP CONSTRAINT tags_color_check`
    await open.client.$executeRaw`CREATE INDEX of_mine ON tags (color)`
  }
  const changed = await runCommand('doctor', variables)
  expect(changed.exitCode).toBe(1)
  expect(objectionsIn(changed.results)).toEqual([
    `FAIL  schema         constraint tags.tags_color_check is missing: ALTER TABLE tags ADD CONSTRAINT tags_color_check CHECK (color ~ '^#[0-9a-f]{6}$'::text) NOT VALID; ALTER TABLE tags VALIDATE CONSTRAINT tags_color_check`,
    'WARN  schema         index tags.of_mine should not be there: “CREATE INDEX of_mine ON tags USING btree (color)”: DROP INDEX CONCURRENTLY of_mine',
  ])

  {
    await using open = await database.open()
    await open.client.$executeRaw`ALTER TABLE tags ADD CONSTRAINT tags_color_check CHECK (color ~ '^#[0-9a-f]{6}$')`
  }
  const warned = await runCommand('doctor --json', variables)
  expect(warned.exitCode).toBe(0)
  const { ok, checks } = JSON.parse(warned.results.join('\n'))
  expect(ok).toBe(true)
  expect(checks).toContainEqual({
    name: 'schema',
    grade: 'WARN',
    says: expect.stringContaining('tags.of_mine'),
    hint: 'DROP INDEX CONCURRENTLY of_mine',
  })

  {
    await using open = await database.open()
    await open.client.$executeRaw`UPDATE _prisma_migrations SET checksum = 'edited'`
  }
  const edited = await runCommand('doctor', variables)
  expect(failuresOf(edited.results)).toEqual(['migrations'])
  expect(edited.results.join('\n')).toContain('was changed after it was applied')
})

test('a wrong configuration fails the first check, a line for each variable', async () => {
  const { exitCode, results } = await runCommand('doctor', { PORT: 'x', LOG_LEVEL: 'y' })
  expect(exitCode).toBe(1)
  expect(results).toEqual([
    expect.stringMatching(/^FAIL {2}configuration {2}PORT is "x"/),
    expect.stringMatching(/^FAIL {2}configuration {2}LOG_LEVEL is "y"/),
  ])
  const { results: json } = await runCommand('doctor --json', { PORT: 'x' })
  expect(JSON.parse(json.join('\n'))).toEqual({
    ok: false,
    checks: [{ name: 'configuration', grade: 'FAIL', says: expect.stringMatching(/^PORT is "x"/) }],
  })
})

test('what is allowed and works badly is a warning', async () => {
  await using database = await commandDatabase()
  const secret = 'a secret of tests, at least 32 characters'
  const { exitCode, results } = await runCommand('doctor', {
    ...database.variables,
    PUBLIC_URL: 'https://tasks.example.com',
    JWT_SECRET: secret,
    JWT_SECRET_PREVIOUS: secret,
    REDIS_URL: 'redis://127.0.0.1:1',
  })
  expect(exitCode).toBe(0)
  expect(objectionsIn(results)).toEqual([
    expect.stringMatching(/^WARN {2}configuration {2}PUBLIC_URL is https.*: set TRUST_PROXY to the number of proxies/),
    expect.stringMatching(/^WARN {2}configuration {2}JWT_SECRET_PREVIOUS is the same as JWT_SECRET/),
    expect.stringMatching(/^WARN {2}redis {10}does not answer \(connect ECONNREFUSED 127\.0\.0\.1:1\)/),
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
