import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { readCatalog } from '../catalog.ts'
import { embeddedDriver } from '../embedded.ts'
import { fromDriver } from '../open-database.ts'
import { freshDriver } from '../testing/fresh-driver.ts'
import { databaseSnapshot } from '../testing/snapshot.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { writeMigration } from '../testing/write-migration.ts'
import { draftMigration, readDrift } from './draft.ts'
import { MigrationError } from './errors.ts'
import { MIGRATIONS_FOLDER, readMigrations, SCHEMA_FILE } from './folder.ts'
import { createMigrations } from './index.ts'

// The engine cannot read a server's catalog back: there the schema is compared with what the embedded database has.
test.skipIf(inject('testServer') !== undefined)(
  'schema.prisma shows no drift, whatever the migrations add in SQL',
  async () => {
    const driver = await embeddedDriver({ loadDataDir: await databaseSnapshot({ migrated: true }) })
    await using _database = fromDriver(driver)
    expect(await readDrift(driver.adapter)).toBe('')
    await driver.client.$executeRaw`ALTER TABLE tags DROP COLUMN color`
    expect(await readDrift(driver.adapter)).toContain('ADD COLUMN "color" TEXT')
  },
)

// The engine cannot read a server's catalog back.
const openScratch = async () => embeddedDriver({ loadDataDir: await databaseSnapshot({ migrated: false }) })

test('a changed schema is drafted as a migration that leads there and back', async () => {
  using copy = temporaryFolder()
  const folder = join(copy.path, 'migrations')
  const schemaFile = join(copy.path, 'schema.prisma')
  cpSync(MIGRATIONS_FOLDER, folder, { recursive: true })
  writeFileSync(schemaFile, readFileSync(SCHEMA_FILE, 'utf8').replace('model Tag {', 'model Tag {\n  icon String?'))

  const { path, changed } = await draftMigration({ name: 'tag_icon', folder, schemaFile, openScratch })
  expect(changed).toBe(true)
  expect(path).toMatch(/\/\d{14}_tag_icon$/)
  expect(readFileSync(join(path, 'migration.sql'), 'utf8')).toContain('ALTER TABLE "tags" ADD COLUMN "icon" TEXT')
  expect(readFileSync(join(path, 'down.sql'), 'utf8')).toBe('-- AlterTable\nALTER TABLE "tags" DROP COLUMN "icon";\n')

  const driver = await freshDriver({ migrated: true })
  await using _database = fromDriver(driver)
  const before = await readCatalog(driver.client)
  const migrations = createMigrations({ connect: () => driver.migrationConnection(), folder })
  await migrations.up()
  expect(await readCatalog(driver.client)).toHaveLength(before.length + 1)
  await migrations.down()
  expect(await readCatalog(driver.client)).toEqual(before)
})

test('an unchanged schema is drafted as an empty migration, for what SQL alone can say', async () => {
  using copy = temporaryFolder()
  const folder = join(copy.path, 'migrations')
  cpSync(MIGRATIONS_FOLDER, folder, { recursive: true })
  const { path, changed } = await draftMigration({ name: 'by_hand', folder })
  expect(changed).toBe(false)
  expect(readFileSync(join(path, 'migration.sql'), 'utf8')).toBe('')
  expect(readFileSync(join(path, 'down.sql'), 'utf8')).toBe('')
})

test('a draft is later than every migration that is there', async () => {
  using copy = temporaryFolder()
  writeMigration(copy.path, { name: '29990101000000_far_ahead', up: 'SELECT 1' })
  const { path } = await draftMigration({ name: 'next', folder: copy.path, openScratch })
  expect(readMigrations(copy.path).at(-1)?.name).toBe(path.split('/').at(-1))
})

test.each(['Tag', '1st', 'a-b', '../a', ''])('%j is refused as the name of a migration', async (name) => {
  await expect(draftMigration({ name })).rejects.toBeInstanceOf(MigrationError)
})
