import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Driver } from '../driver.ts'
import { openServer } from '../server.ts'
import { failureOf } from '../testing/failure-of.ts'
import { freshServerUrl } from '../testing/server-url.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { writeMigration } from '../testing/write-migration.ts'
import { MIGRATIONS_FOLDER } from './folder.ts'
import { createMigrations, type Migrations } from './index.ts'

const TABLE = '20260101000000_table'
const NEXT = '20260102000000_next'
const COLUMN = { name: NEXT, up: 'ALTER TABLE a ADD COLUMN more int', down: 'ALTER TABLE a DROP COLUMN more' }
const INDEX = { name: NEXT, up: 'CREATE INDEX CONCURRENTLY a_by_id ON a (id)', down: 'DROP INDEX CONCURRENTLY a_by_id' }

let driver: Driver
let reader: pg.Client
let folder: ReturnType<typeof temporaryFolder>
let told: string[]
const onProgress = (line: string) => void told.push(line)

beforeEach(async () => {
  const url = await freshServerUrl({ migrated: false })
  driver = openServer({ url, dataDir: '' })
  reader = new pg.Client({ connectionString: url, application_name: 'nightly-report' })
  await reader.connect()
  folder = temporaryFolder()
  told = []
  writeMigration(folder.path, { name: TABLE, up: 'CREATE TABLE a (id int)', down: 'DROP TABLE a' })
  await migrationsOf().up()
  // A transaction that has read the table, is in no hurry, and keeps to what it saw.
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM a')
})

afterEach(async () => {
  await reader.end()
  await driver.close()
  folder[Symbol.dispose]()
})

function migrationsOf(patience?: number): Migrations {
  return createMigrations({
    connect: () => driver.migrationConnection(),
    folder: folder.path,
    ...(patience === undefined ? {} : { patience }),
  })
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50)
}

async function indexState(): Promise<boolean | undefined> {
  const [index] = await driver.client.$queryRaw<{ valid: boolean }[]>`
    SELECT indisvalid AS valid FROM pg_index WHERE indrelid = 'a'::regclass`
  return index?.valid
}

test.each([
  { way: 'up', does: (migrations: Migrations) => migrations.up({ onProgress }) },
  { way: 'down', does: (migrations: Migrations) => migrations.down({ onProgress }) },
])('$way waits for a long reader, and stops no other one meanwhile', async ({ way, does }) => {
  writeMigration(folder.path, COLUMN)
  if (way === 'down') {
    await reader.query('COMMIT')
    await migrationsOf().up()
    await reader.query('BEGIN; SELECT 1 FROM a')
  }
  const migrating = does(migrationsOf())
  await until(() => told.length > 1)
  expect(told[1]).toMatch(
    /^20260102000000_next waits for a lock.* In the way: pid \d+ \(nightly-report, idle in transaction, for \d+ s\): .*SELECT 1 FROM a \(to end it: SELECT pg_terminate_backend\(\d+\)\)/,
  )
  // It stands back until that reader has ended: statements of the client give up after 1.5 s of waiting.
  for (let reads = 0; reads < 20; reads++) {
    await driver.client.$queryRaw`SELECT 1 FROM a`
    await sleep(50)
  }
  await reader.query('COMMIT')
  expect(await migrating).toEqual([NEXT])
})

test('who is still in the way when patience ends is named, and nothing has happened', async () => {
  writeMigration(folder.path, COLUMN)
  expect(await failureOf(migrationsOf(1_000).up())).toHaveProperty(
    'message',
    expect.stringMatching(
      /^Migration 20260102000000_next has not got its locks within 1 s, and nothing of it has taken place\. In the way: pid \d+ \(nightly-report/,
    ),
  )
  expect(await migrationsOf().status()).toMatchObject({ pending: [NEXT], failed: [] })
  expect(await driver.client.$queryRaw`SELECT count(*)::int AS rows FROM _prisma_migrations`).toEqual([{ rows: 1 }])
  await reader.query('COMMIT')
  expect(await migrationsOf().up()).toEqual([NEXT])
})

test('a wait in a circle is said to be one', async () => {
  writeMigration(folder.path, { name: NEXT, up: 'CREATE TABLE b (id int)' })
  await migrationsOf().up()
  const both = '20260103000000_both'
  writeMigration(folder.path, { name: both, up: 'LOCK TABLE b; LOCK TABLE a' })
  const migrating = failureOf(migrationsOf(1_000).up())
  // It holds b by now, or will before it asks for a.
  let attempt = 0
  while (attempt++ < 200) {
    const [waits] = await driver.client.$queryRaw<{ waits: boolean }[]>`
      SELECT true AS waits FROM pg_locks WHERE relation = 'a'::regclass AND NOT granted`
    if (waits !== undefined) break
    await sleep(5)
  }
  await reader.query('SELECT 1 FROM b')
  expect(await migrating).toHaveProperty('message', expect.stringContaining('give each table a migration of its own'))
})

test('an index that died while it was built is built by the next up', async () => {
  writeMigration(folder.path, INDEX)
  const died = failureOf(migrationsOf().up())
  await until(async () => (await indexState()) === false)
  await reader.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%'`)
  expect(await died).toHaveProperty(
    'message',
    expect.stringMatching(
      /^Migration 20260102000000_next failed at statement 1 of 1: .*terminat.*\n {2}CREATE INDEX CONCURRENTLY a_by_id/,
    ),
  )
  expect(await indexState()).toBe(false)
  expect(await migrationsOf().status()).toMatchObject({ pending: [NEXT], failed: [] })

  await reader.query('COMMIT')
  expect(await migrationsOf().up()).toEqual([NEXT])
  expect(await indexState()).toBe(true)
})

test('two that build the same index at once do not wait for each other in a circle', async () => {
  writeMigration(folder.path, INDEX)
  const migrating = Promise.all([migrationsOf().up(), migrationsOf().up({ onProgress })])
  await until(async () => (await indexState()) === false)
  await sleep(1_500)
  await reader.query('COMMIT')
  expect((await migrating).flat()).toEqual([NEXT])
  expect(await indexState()).toBe(true)
})

test('whoever finds another process migrating waits for it, and is told who it is', async () => {
  writeMigration(folder.path, { name: NEXT, up: 'SELECT pg_sleep(2)' })
  const migrating = migrationsOf().up()
  await until(
    async () =>
      (
        await driver.client.$queryRaw<unknown[]>`
    SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`
      ).length > 0,
  )
  expect(await failureOf(migrationsOf(300).up())).toHaveProperty(
    'message',
    expect.stringMatching(
      /^Another process is migrating this database: pid \d+ \(taskwire migrate, active, for \d+ s\)/,
    ),
  )
  expect(await migrationsOf().up({ onProgress })).toEqual([])
  expect(await migrating).toEqual([NEXT])
})

test('who is asked whether to take back keeps nobody from migrating, and takes back only what was said', async () => {
  await reader.query('COMMIT')
  writeMigration(folder.path, COLUMN)
  const confirm = async () => (await migrationsOf(1_000).up()).length === 1
  expect(await failureOf(migrationsOf().down({ confirm }))).toHaveProperty(
    'message',
    `Meanwhile another process has migrated this database: ${NEXT} would be taken back now, not ${TABLE}. Nothing has been: run it again`,
  )
  expect((await migrationsOf().status()).applied.map(({ name }) => name)).toEqual([TABLE, NEXT])
})

test('Taskwire’s own migrations stop nobody, up and down, while somebody reads what they change', async () => {
  await reader.query('ROLLBACK; DROP TABLE a; DROP TABLE _prisma_migrations')
  const migrations = createMigrations({ connect: () => driver.migrationConnection(), folder: MIGRATIONS_FOLDER })
  await migrations.up()
  // Down to the last one that builds or drops indexes: those wait for older transactions, and nobody for them.
  const names = (await migrations.status()).applied.map(({ name }) => name)
  await migrations.down({ count: names.length - names.indexOf('20261122112000_ended_indexes') })

  const count = names.indexOf('20261122112000_ended_indexes') - names.indexOf('20261122110000_account_deletions')
  for (const migrate of [() => migrations.down({ count, onProgress }), () => migrations.up({ onProgress })]) {
    await reader.query('BEGIN; SELECT 1 FROM users; SELECT 1 FROM sessions; SELECT 1 FROM api_tokens')
    told = []
    const migrating = migrate()
    await until(() => told.some((line) => line.includes('In the way: pid')))
    for (let writes = 0; writes < 15; writes++) {
      await driver.client.$executeRaw`UPDATE users SET is_active = true`
      await driver.client.$executeRaw`UPDATE sessions SET ip = NULL`
      await sleep(50)
    }
    await reader.query('COMMIT')
    await migrating
  }
  expect(await migrations.status()).toMatchObject({ pending: [], failed: [] })
})
