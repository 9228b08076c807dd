import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { commandDatabase, embeddedDatabase, processDatabase } from './testing/command-database.ts'
import { runCommand } from './testing/run-command.ts'

test.each([
  '',
  'migrate',
  'migrate up',
  'migrate down',
  'migrate status',
  'migrate new',
  'doctor',
  'seed',
  'user link',
  'user list',
  'user delete',
  'purge',
  'export',
  'import',
  'backup',
  'restore',
  'feeds',
  'feeds reset',
])('`taskwire %s --help` explains itself, with an example', async (command) => {
  const { exitCode, results, progress } = await runCommand(`${command} --help`, {})
  expect(exitCode).toBe(0)
  expect(results[0]).toMatch(/^Usage: taskwire/)
  expect(results.join('\n')).toMatch(/Examples?:\n {2}\$ pnpm taskwire /)
  expect(progress).toEqual([])
})

test.each([
  { line: 'migrat', says: "error: unknown command 'migrat'", see: 'See `pnpm taskwire --help`.' },
  { line: 'migrate upp', says: "error: unknown command 'upp'", see: 'See `pnpm taskwire migrate --help`.' },
  { line: 'doctor --fast', says: "error: unknown option '--fast'", see: 'See `pnpm taskwire doctor --help`.' },
  { line: 'seed 12', says: "error: too many arguments for 'seed'. Expected 0 arguments but got 1.", see: '' },
  { line: 'migrate new', says: "error: missing required argument 'name'", see: '' },
  { line: 'migrate down --count 0', says: 'It has to be a whole number of at least 1.', see: '' },
  { line: 'migrate down --count two', says: 'It has to be a whole number of at least 1.', see: '' },
])('`taskwire $line` is refused clearly', async ({ line, says, see }) => {
  const { exitCode, results, progress } = await runCommand(line, {})
  expect(exitCode).toBe(1)
  expect(results).toEqual([])
  expect(progress.join('\n')).toContain(says)
  expect(progress.join('\n')).toContain(see)
})

test('without a command the help is shown, and the exit code is 1', async () => {
  const { exitCode, progress } = await runCommand('', {})
  expect(exitCode).toBe(1)
  expect(progress[0]).toMatch(/^Usage: taskwire/)
})

test('a wrong configuration is one line for each variable, and no stack', async () => {
  const { exitCode, progress } = await runCommand('migrate up', { PORT: 'x', LOG_LEVEL: 'y' })
  expect(exitCode).toBe(1)
  expect(progress).toEqual([expect.stringMatching(/^PORT is "x"/), expect.stringMatching(/^LOG_LEVEL is "y"/)])
})

test.each(['migrate status', 'seed', 'migrate up', 'migrate down'])(
  'where no server listens, `taskwire %s` says so in one sentence',
  async (line) => {
    const { exitCode, progress } = await runCommand(line, { DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/x' })
    expect(exitCode).toBe(1)
    expect(progress).toEqual([expect.stringMatching(/^The database cannot be reached: .*ECONNREFUSED.*DATABASE_URL$/)])
    expect(progress[0]).not.toContain('hunter2')
  },
)

test('a database without its schema is one sentence, for whatever needs it', async () => {
  await using database = await commandDatabase({ migrated: false })
  for (const line of [
    'user list',
    'user list --json',
    'user deactivate ada@example.com',
    'user delete ada@example.com --yes',
    'user link ada@example.com --issuer i --subject s',
    'token list ada@example.com',
    'token create ada@example.com backup',
    'purge',
    'purge --dry-run',
  ]) {
    expect(await runCommand(line, database.variables)).toEqual({
      exitCode: 1,
      results: [],
      progress: ['The database has no schema yet: run `pnpm taskwire migrate up`'],
    })
  }
})

test('a database that has lost a table is not taken for one without its schema', async () => {
  await using database = await commandDatabase()
  await using opened = await database.open()
  await opened.client.$executeRaw`DROP TABLE api_tokens`
  expect(await runCommand('purge --dry-run', database.variables)).toEqual({
    exitCode: 1,
    results: [],
    progress: [
      expect.stringMatching(
        /^The database's schema is not that of this version \(.*api_tokens.*\): .* `pnpm taskwire doctor` where nothing is pending$/,
      ),
    ],
  })
})

test('a folder that is in use is one sentence', async () => {
  await using database = await embeddedDatabase()
  await using _holder = await database.open()
  const { exitCode, progress } = await runCommand('migrate status', database.variables)
  expect(exitCode).toBe(1)
  expect(progress).toEqual([expect.stringMatching(/is in use by a running server: stop it, or set DATABASE_URL$/)])
})

test('a folder that cannot be used is one sentence', async () => {
  const { exitCode, progress } = await runCommand('migrate status', { DATA_DIR: '/dev/null/x' })
  expect(exitCode).toBe(1)
  expect(progress).toEqual([expect.stringMatching(/^\/dev\/null\/x cannot be used \(ENOTDIR: .*\): set DATA_DIR /)])
})

test('`taskwire --version` says which it is', async () => {
  const { exitCode, results } = await runCommand('--version', {})
  expect(exitCode).toBe(0)
  expect(results).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)])
})

test('as a process: results on standard output, the rest on standard error, and it ends by itself', async () => {
  await using database = await processDatabase({ migrated: false })
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      '--import=tsx',
      '--conditions=@taskwire/source',
      fileURLToPath(new URL('main.ts', import.meta.url)),
      'migrate',
      'up',
    ],
    {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...database.variables },
      timeout: 50_000,
    },
  )
  expect(status).toBe(0)
  expect(stdout).toMatch(/^Applied \d{14}_init.*\n$/)
  expect(stderr).toMatch(/^Applying \d{14}_init\n/)
})
