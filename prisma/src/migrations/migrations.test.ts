import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { readCatalog } from '../catalog.ts'
import type { Driver } from '../driver.ts'
import { fromDriver } from '../open-database.ts'
import { freshDriver } from '../testing/fresh-driver.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { writeMigration } from '../testing/write-migration.ts'
import { MigrationError } from './errors.ts'
import { MIGRATIONS_FOLDER, readMigrations } from './folder.ts'
import { createMigrations, type Migrations } from './index.ts'

let driver: Driver
let folder: ReturnType<typeof temporaryFolder>
let migrations: Migrations

beforeAll(async () => {
  driver = await freshDriver({ migrated: false })
  return () => driver.close()
})

beforeEach(async () => {
  await driver.client.$executeRaw`DROP SCHEMA public CASCADE`
  await driver.client.$executeRaw`CREATE SCHEMA public`
  folder = temporaryFolder()
  migrations = createMigrations({ connect: () => driver.migrationConnection(), folder: folder.path })
  return () => folder[Symbol.dispose]()
})

const FIRST = '20260101000000_first'
const SECOND = '20260102000000_second'

function write(name: string, up: string, down?: string): void {
  writeMigration(folder.path, { name, up, down })
}

async function tables(): Promise<string[]> {
  const columns = (await readCatalog(driver.client)).filter(({ kind }) => kind === 'column')
  return [...new Set(columns.map(({ name }) => name.split('.')[0] ?? ''))]
}

async function history(): Promise<{ name: string; applied: boolean }[]> {
  return driver.client.$queryRaw`
    SELECT migration_name AS name, finished_at IS NOT NULL AND rolled_back_at IS NULL AS applied
    FROM _prisma_migrations ORDER BY started_at`
}

async function failureOf(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(MigrationError)
  return (error as MigrationError).message
}

test('pending migrations are applied oldest first, each announced, and once only', async () => {
  write(SECOND, 'ALTER TABLE a ADD COLUMN more int')
  write(FIRST, 'CREATE TABLE a (id int)')
  const announced: string[] = []
  expect(await migrations.up({ onProgress: (line) => announced.push(line) })).toEqual([FIRST, SECOND])
  expect(announced).toEqual([`Applying ${FIRST}`, `Applying ${SECOND}`])
  expect(await migrations.up()).toEqual([])
  expect((await migrations.status()).applied.map(({ name }) => name)).toEqual([FIRST, SECOND])
})

test('down takes back the newest first and as many as asked for', async () => {
  write(FIRST, 'CREATE TABLE a (id int)', 'DROP TABLE a')
  write(SECOND, 'CREATE TABLE b (id int)', 'DROP TABLE b')
  await migrations.up()
  expect(await migrations.down()).toEqual([SECOND])
  expect(await tables()).toEqual(['a'])
  expect((await migrations.status()).pending).toEqual([SECOND])
  await migrations.up()
  expect(await migrations.down({ count: 5 })).toEqual([SECOND, FIRST])
  expect(await tables()).toEqual([])
  expect(await migrations.down()).toEqual([])
})

test.each([0, -1, 1.5, Number.NaN])('down refuses to take back %d migrations', async (count) => {
  write(FIRST, 'CREATE TABLE a (id int)', 'DROP TABLE a')
  await migrations.up()
  expect(await failureOf(migrations.down({ count }))).toContain('at least 1')
  expect(await tables()).toEqual(['a'])
})

const FUNCTION = `CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$`

test.each([
  { failure: 'a syntax error', statement: 'CREATE TABEL b (id int)', reason: /syntax error at or near "TABEL"/ },
  { failure: 'a run-time error, which has no position', statement: 'SELECT 1 / 0', reason: /division by zero/ },
  {
    failure: 'a function body that fails after a semicolon',
    statement: `DO $body$ BEGIN PERFORM 1; RAISE EXCEPTION 'not; today'; END $body$`,
    reason: /not; today/,
  },
])('$failure stops the migration, is named, and leaves nothing', async ({ statement, reason }) => {
  write(FIRST, 'CREATE TABLE a (id int);')
  write(SECOND, `-- a comment; with a semicolon\nCREATE TABLE b (id int);\n${FUNCTION};\n${statement};\nDROP TABLE a;`)
  const message = await failureOf(migrations.up())
  expect(message).toMatch(reason)
  expect(message).toContain(`Migration ${SECOND} failed at statement 3 of 4`)
  expect(message).toContain(statement)

  expect(await tables()).toEqual(['a'])
  expect((await readCatalog(driver.client)).filter(({ kind }) => kind === 'function')).toEqual([])
  expect(await history()).toEqual([{ name: FIRST, applied: true }])
  expect(await migrations.status()).toMatchObject({ pending: [SECOND], failed: [] })

  write(SECOND, `CREATE TABLE b (id int);\n${FUNCTION};`)
  expect(await migrations.up()).toEqual([SECOND])
  expect(await tables()).toEqual(['a', 'b'])
  expect(await migrations.up()).toEqual([])
})

test('a failing down is named, leaves the migration applied, and works once mended', async () => {
  write(FIRST, 'CREATE TABLE a (id int); CREATE TABLE b (id int)', 'DROP TABLE a; DROP TABLE missing; DROP TABLE b')
  await migrations.up()
  const message = await failureOf(migrations.down())
  expect(message).toContain('failed at statement 2 of 3: table "missing" does not exist')
  expect(await tables()).toEqual(['a', 'b'])
  expect((await migrations.status()).applied).toHaveLength(1)

  write(FIRST, 'CREATE TABLE a (id int); CREATE TABLE b (id int)', 'DROP TABLE a; DROP TABLE b;')
  expect(await migrations.down()).toEqual([FIRST])
  expect(await tables()).toEqual([])
})

test('a migration without down.sql is not taken back, nor any after it', async () => {
  write(FIRST, 'CREATE TABLE a (id int)')
  write(SECOND, 'CREATE TABLE b (id int)', 'DROP TABLE b')
  await migrations.up()
  expect(await failureOf(migrations.down({ count: 2 }))).toBe(`Migration ${FIRST} has no down.sql`)
  expect(await tables()).toEqual(['a', 'b'])
})

test('a script that ends its own transaction is refused, because half of it could stay', async () => {
  write(FIRST, 'CREATE TABLE a (id int); COMMIT; SELECT 1 / 0')
  expect(await failureOf(migrations.up())).toContain('COMMIT')
  expect(await tables()).toEqual([])
})

test('a migration edited after it was applied stops the next up', async () => {
  write(FIRST, 'CREATE TABLE a (id int)')
  await migrations.up()
  write(FIRST, 'CREATE TABLE a (id bigint)')
  write(SECOND, 'CREATE TABLE b (id int)')
  expect((await migrations.status()).edited).toEqual([FIRST])
  expect(await failureOf(migrations.up())).toContain(`Migration ${FIRST} was changed after it was applied`)
  expect(await tables()).toEqual(['a'])
})

test('a migration whose folder is missing stops up and down', async () => {
  write(FIRST, 'CREATE TABLE a (id int)', 'DROP TABLE a')
  write(SECOND, 'CREATE TABLE b (id int)', 'DROP TABLE b')
  await migrations.up()
  rmSync(join(folder.path, SECOND), { recursive: true })
  expect((await migrations.status()).unknown).toEqual([SECOND])
  expect(await failureOf(migrations.up())).toContain(`Migration ${SECOND} is applied, but its folder is not here`)
  expect(await failureOf(migrations.down())).toContain(`Migration ${SECOND} is applied, but its folder is not here`)
})

test('a migration older than the last one applied is refused', async () => {
  write(SECOND, 'CREATE TABLE b (id int)')
  await migrations.up()
  write(FIRST, 'CREATE TABLE a (id int)')
  expect(await failureOf(migrations.up())).toContain(`Migration ${FIRST} is older than ${SECOND}`)
})

test('a migration that was begun and never finished stops the next up', async () => {
  write(FIRST, 'CREATE TABLE a (id int)')
  await migrations.up()
  await driver.client.$executeRaw`UPDATE _prisma_migrations SET finished_at = NULL`
  expect((await migrations.status()).failed).toEqual([FIRST])
  expect(await failureOf(migrations.up())).toContain(`Migration ${FIRST} was begun and never finished`)
})

test('files beside the migrations are no migrations', async () => {
  writeFileSync(join(folder.path, 'migration_lock.toml'), 'provider = "postgresql"\n')
  expect(await migrations.status()).toEqual({ applied: [], pending: [], failed: [], edited: [], unknown: [] })
})

test('up, down and up again leave the same schema, and down leaves none', async () => {
  await using database = fromDriver(await freshDriver({ migrated: false }))
  await database.migrations.up()
  const first = await readCatalog(database.client)
  expect(first.map(({ name }) => name)).toContain('tasks.tasks_stamp_version')

  // One after the other: what one of them forgets to take back must not go with the tables that another one drops.
  const left = [first]
  for (const { name, up } of readMigrations(MIGRATIONS_FOLDER).toReversed()) {
    await database.migrations.down({ count: 1 })
    left.push(await readCatalog(database.client))
    const changesSchema = /\b(CREATE|ALTER|DROP)\b/.test(up)
    if (changesSchema) expect(left.at(-1), name).not.toEqual(left.at(-2))
  }
  expect(left.at(-1)).toEqual([])

  await database.migrations.up()
  expect(await readCatalog(database.client)).toEqual(first)
})
