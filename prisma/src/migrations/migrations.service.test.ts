import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../open-database.ts'
import { openServer } from '../server.ts'
import { freshServerUrl } from '../testing/server-url.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { writeMigration } from '../testing/write-migration.ts'
import { MIGRATIONS_FOLDER, readMigrations } from './folder.ts'
import { createMigrations } from './index.ts'

/** The schema as SQL. (`\restrict` lines carry a random key.) */
function dump(url: string): string {
  const sql = execFileSync('pg_dump', ['--schema-only', '--no-owner', url], { encoding: 'utf8' })
  return sql.replaceAll(/^\\(un)?restrict .*$/gm, '')
}

test('up, down and up again leave the same schema, by pg_dump', async () => {
  const url = await freshServerUrl({ migrated: false })
  await using database = await openDatabase({ url, dataDir: '' })
  await database.migrations.up()
  const first = dump(url)
  expect(first).toContain('CREATE TRIGGER tasks_stamp_version')

  await database.migrations.down({ count: readMigrations(MIGRATIONS_FOLDER).length })
  const [, ...tables] = dump(url).matchAll(/CREATE (TABLE|FUNCTION) \S+/g)
  expect(tables).toEqual([])

  await database.migrations.up()
  expect(dump(url)).toBe(first)
})

test('the history is the one that `prisma migrate deploy` writes', async () => {
  const url = await freshServerUrl({ migrated: false })
  await using database = await openDatabase({ url, dataDir: '' })
  await database.migrations.up()

  const rows = await database.client.$queryRaw<Record<string, unknown>[]>`SELECT * FROM _prisma_migrations`
  expect(rows).toEqual(
    readMigrations(MIGRATIONS_FOLDER).map(({ name }) => ({
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      checksum: createHash('sha256')
        .update(readFileSync(join(MIGRATIONS_FOLDER, name, 'migration.sql')))
        .digest('hex'),
      migration_name: name,
      started_at: expect.any(Date),
      finished_at: expect.any(Date),
      rolled_back_at: null,
      logs: null,
      applied_steps_count: 1,
    })),
  )
  const columns = await database.client.$queryRaw<{ column: string }[]>`
    SELECT concat_ws(' ', column_name, data_type, character_maximum_length, is_nullable, column_default) AS column
    FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`
  expect(columns.map(({ column }) => column)).toEqual([
    'id character varying 36 NO',
    'checksum character varying 64 NO',
    'finished_at timestamp with time zone YES',
    'migration_name character varying 255 NO',
    'logs text YES',
    'rolled_back_at timestamp with time zone YES',
    'started_at timestamp with time zone NO now()',
    'applied_steps_count integer NO 0',
  ])
})

test('of several that migrate at once one applies, and the others find nothing to do', async () => {
  const url = await freshServerUrl({ migrated: false })
  const databases = await Promise.all([1, 2, 3].map(() => openDatabase({ url, dataDir: '' })))
  const applied = await Promise.all(databases.map(({ migrations }) => migrations.up()))
  const names = readMigrations(MIGRATIONS_FOLDER).map(({ name }) => name)
  expect(applied.toSorted((a, b) => a.length - b.length)).toEqual([[], [], names])
  const [rows] = await Promise.all(databases.map(({ client }) => client.$queryRaw`SELECT 1 FROM _prisma_migrations`))
  expect(rows).toHaveLength(names.length)
  await Promise.all(databases.map((database) => database.close()))
})

test('a migration may take longer than a statement of the server may', async () => {
  using folder = temporaryFolder()
  writeMigration(folder.path, { name: '20260101000000_slow', up: 'SELECT pg_sleep(5.5)' })
  const driver = openServer({ url: await freshServerUrl({ migrated: false }), dataDir: '' })
  const migrations = createMigrations({ connect: () => driver.migrationConnection(), folder: folder.path })
  expect(await migrations.up()).toHaveLength(1)
  await driver.close()
})

test('the session that migrates may die: the error says so, and the next up goes on', async () => {
  using folder = temporaryFolder()
  const name = '20260101000000_fatal'
  writeMigration(folder.path, { name, up: 'CREATE TABLE a (id int); SELECT pg_terminate_backend(pg_backend_pid())' })
  const driver = openServer({ url: await freshServerUrl({ migrated: false }), dataDir: '' })
  const migrations = createMigrations({ connect: () => driver.migrationConnection(), folder: folder.path })
  await expect(migrations.up()).rejects.toThrow(/terminat/)
  writeMigration(folder.path, { name, up: 'CREATE TABLE a (id int)' })
  expect(await migrations.up()).toEqual([name])
  await driver.close()
})
