import { startPgBouncer } from '@taskwire/config/testing'
import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { expect, test } from 'vitest'
import { objectionsIn } from '../testing/objections.ts'
import { runCommand } from '../testing/run-command.ts'

const failuresOf = (lines: string[]) => lines.filter((line) => line.startsWith('FAIL'))

/** Runs the SQL on the server; `{}` is the name of the database. */
async function run(url: string, ...statements: string[]): Promise<void> {
  await using database = await openDatabase({ url, dataDir: '' })
  const name = `"${new URL(url).pathname.slice(1)}"`
  for (const statement of statements) await database.client.$executeRawUnsafe(statement.replaceAll('{}', name))
}

test('a server that is well is told so, check by check', async () => {
  const { exitCode, results } = await runCommand('doctor', { DATABASE_URL: await freshServerUrl() })
  expect({ exitCode, failed: failuresOf(results) }).toEqual({ exitCode: 0, failed: [] })
  expect(results).toContain('ok    pooler         none: straight to the server')
  expect(results).toContain('ok    timeouts       the server ends a statement after 5 s')
})

test('a server in Berlin does no harm, whatever its dates look like', async () => {
  const url = await freshServerUrl()
  await run(url, `ALTER DATABASE {} SET timezone TO 'Europe/Berlin'`, `ALTER DATABASE {} SET datestyle TO 'SQL, DMY'`)
  const { exitCode, results } = await runCommand('doctor', { DATABASE_URL: url })
  expect({ exitCode, failed: failuresOf(results) }).toEqual({ exitCode: 0, failed: [] })
  expect(results).toContain('ok    time zone      sessions count time in UTC and write it as ISO')
})

test('settings of the database that break or hurt are named', async () => {
  const url = await freshServerUrl()
  await run(
    url,
    `ALTER DATABASE {} SET session_replication_role TO replica`,
    `ALTER DATABASE {} SET default_transaction_isolation TO serializable`,
    `ALTER DATABASE {} SET synchronous_commit TO off`,
    `ALTER TABLE tasks SET (autovacuum_enabled = false)`,
    `ALTER DATABASE {} SET default_transaction_read_only TO on`,
  )
  const { exitCode, results } = await runCommand('doctor', { DATABASE_URL: url })
  expect(exitCode).toBe(1)
  expect(objectionsIn(results)).toEqual([
    expect.stringMatching(/^FAIL {2}writing {8}the database only reads, by default_transaction_read_only/),
    expect.stringMatching(/^FAIL {2}triggers {7}session_replication_role is replica, so that no trigger fires/),
    expect.stringMatching(/^WARN {2}isolation {6}transactions are serializable by default/),
    expect.stringMatching(/^WARN {2}durability {5}synchronous_commit is off/),
    'WARN  dead rows      autovacuum is off for table tasks: ALTER TABLE tasks RESET (autovacuum_enabled)',
  ])
})

test('a role that may not do what calls do is told what to be granted', async () => {
  const url = await freshServerUrl()
  const role = `taskwire_test_${Math.random().toString(36).slice(2)}`
  const { hostname, port, pathname } = new URL(url)
  const own = `postgresql://${role}@${hostname}:${port || 5432}${pathname}`
  await run(
    url,
    `CREATE ROLE ${role} LOGIN CONNECTION LIMIT 6`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
    `REVOKE INSERT, DELETE ON tags FROM ${role}`,
  )
  const { exitCode, results } = await runCommand('doctor', { DATABASE_URL: own })
  expect(exitCode).toBe(1)
  expect(results).toContain(
    `FAIL  permissions    role ${role} lacks INSERT, DELETE on tags: GRANT INSERT, DELETE ON tags TO "${role}"`,
  )
  expect(results).toContainEqual(
    expect.stringMatching(/^WARN {2}connections {4}\d are free, and a process opens up to 12/),
  )
  await run(url, `REVOKE USAGE ON SCHEMA public FROM PUBLIC`)
  const refused = await runCommand('doctor', { DATABASE_URL: own })
  expect(refused.results.join('\n')).toContain(`GRANT USAGE ON SCHEMA public TO "${role}"`)
  await run(url, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`)
})

test('a database in another encoding is refused', async () => {
  const url = await freshServerUrl()
  const name = `${new URL(url).pathname.slice(1)}_latin`
  await run(url, `CREATE DATABASE "${name}" ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
  const { results } = await runCommand('doctor', { DATABASE_URL: new URL(`/${name}`, url).href })
  expect(results).toContainEqual(expect.stringMatching(/^FAIL {2}encoding {7}the database is encoded in LATIN1/))
})

test('a pooler in transaction mode fails without a direct URL, and does well with one', async () => {
  const direct = await freshServerUrl()
  await using pooler = await startPgBouncer(direct)
  const url = pooler.through(direct)
  const without = await runCommand('doctor', { DATABASE_URL: url })
  expect(without.exitCode).toBe(1)
  expect(without.results.at(-1)).toBe(
    'FAIL  pooler         DATABASE_URL leads through a pooler that gives each transaction another connection: set DIRECT_DATABASE_URL to the URL of the same database without the pooler',
  )
  const beside = await runCommand('doctor', { DATABASE_URL: url, DIRECT_DATABASE_URL: direct })
  expect(failuresOf(beside.results)).toEqual([])
  expect(beside.results).toContain('ok    pooler         for calls; migrations and LISTEN go straight to the server')
  expect(beside.results).toContain('ok    timeouts       a statement that takes too long is cancelled past the pooler')
})

test('a database that is not there is one plain sentence', async () => {
  const url = new URL(await freshServerUrl())
  url.pathname = '/not_there'
  const { exitCode, results } = await runCommand('doctor', { DATABASE_URL: url.href })
  expect(exitCode).toBe(1)
  expect(results.at(-1)).toMatch(/^FAIL .*The database lets nobody in: database "not_there" does not exist/)
  const migrating = await runCommand('migrate up', { DATABASE_URL: url.href })
  expect(migrating.exitCode).toBe(1)
  expect(migrating.progress).toEqual([
    'The database lets nobody in: database "not_there" does not exist. Check DATABASE_URL',
  ])
})
