import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { DiffTarget } from '@prisma/schema-engine-wasm'
import { type EmbeddedDriver, embeddedDriver } from '../embedded.ts'
import { NO_FILTERS, withEngine } from './engine.ts'
import { MigrationError } from './errors.ts'
import { MIGRATIONS_FOLDER, readMigrations, SCHEMA_FILE } from './folder.ts'
import { createMigrations } from './index.ts'
import { withoutSchema } from './statements.ts'

/**
 * Compares a migrated embedded database, by its adapter, with schema.prisma. (A server's catalog cannot be read back:
 * the engine stumbles over its type "char".)
 * @returns the SQL that would make the database fit the schema; empty when it does
 */
export async function readDrift(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  schemaFile = SCHEMA_FILE,
): Promise<string> {
  const { up } = await diff(adapter, schemaFile)
  return up
}

/**
 * Writes the next migration: a folder with the migration.sql that leads from the present migrations to schema.prisma,
 * and the down.sql that leads back. Both are drafts to read and complete before they are applied.
 *
 * @returns the folder's path, and whether the schema has changed at all (if not, both files are left empty to write in)
 */
export async function draftMigration(options: {
  /** snake_case */
  name: string
  folder?: string
  schemaFile?: string
  /** A database with nothing in it; closed in the end. */
  openScratch?: () => Promise<EmbeddedDriver>
}): Promise<{ path: string; changed: boolean }> {
  const { name, folder = MIGRATIONS_FOLDER, schemaFile = SCHEMA_FILE, openScratch = () => embeddedDriver({}) } = options
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new MigrationError(`A migration's name is made of lower-case letters, digits and "_", not "${name}"`)
  }
  const scratch = await openScratch()
  try {
    await createMigrations({ connect: () => scratch.migrationConnection(), folder }).up()
    const { up, down } = await diff(scratch.adapter, schemaFile)
    const path = join(folder, `${nextTimestamp(readMigrations(folder).at(-1)?.name)}_${name}`)
    await mkdir(path)
    await writeFile(join(path, 'migration.sql'), up)
    await writeFile(join(path, 'down.sql'), down)
    return { path, changed: up !== '' }
  } finally {
    await scratch.close()
  }
}

async function diff(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  schemaFile: string,
): Promise<{ up: string; down: string }> {
  const files = [{ path: schemaFile, content: await readFile(schemaFile, 'utf8') }]
  const database: DiffTarget = { tag: 'schemaDatasource', files, configDir: '.' }
  const schema: DiffTarget = { tag: 'schemaDatamodel', files }
  return withEngine(adapter, async (engine) => {
    const script = async (from: DiffTarget, to: DiffTarget): Promise<string> => {
      const { stdout } = await engine.diff({ from, to, script: true, exitCode: null, filters: NO_FILTERS })
      const sql = (stdout ?? '').trim()
      return sql === '' || sql === '-- This is an empty migration.' ? '' : `${tidy(sql)}\n`
    }
    return { up: await script(database, schema), down: await script(schema, database) }
  })
}

/** As the migrations are written: the engine names the schema in one direction only. */
function tidy(sql: string): string {
  return withoutSchema(sql, 'public')
    .replaceAll(/^(ALTER TABLE .*)ADD COLUMN +/gm, '$1ADD COLUMN ')
    .replaceAll(/^ADD COLUMN +/gm, '    ADD COLUMN ')
    .replaceAll(/^DROP COLUMN +/gm, '    DROP COLUMN ')
}

/** 20261121093000: UTC, as Prisma names its folders; later than the last, also if that was made by a clock ahead. */
function nextTimestamp(last = ''): string {
  const now = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const lastTimestamp = last.slice(0, 14)
  return now > lastTimestamp ? now : String(BigInt(lastTimestamp) + 1n)
}
