import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { embeddedDriver } from '../embedded.ts'
import { MIGRATIONS_FOLDER, readMigrations } from '../migrations/folder.ts'
import { fromDriver } from '../open-database.ts'

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/taskwire', import.meta.url))

/** A migrated embedded database as a file, made once for each state of the migrations: loading it beats making it. */
export async function migratedSnapshot(): Promise<Blob> {
  // The path names PGlite's version.
  const key = createHash('sha256').update(createRequire(import.meta.url).resolve('@electric-sql/pglite'))
  for (const { name, checksum } of readMigrations(MIGRATIONS_FOLDER)) key.update(name).update(checksum)
  const file = join(CACHE, `${key.digest('hex').slice(0, 16)}.tar`)
  if (!existsSync(file)) await writeSnapshot(file)
  return new Blob([readFileSync(file)])
}

async function writeSnapshot(file: string): Promise<void> {
  const driver = await embeddedDriver({})
  await fromDriver(driver).migrations.up()
  const dump = await driver.postgres.dumpDataDir('none')
  mkdirSync(CACHE, { recursive: true })
  // Two workers may write it at once: a rename leaves one whole file, whoever comes last.
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, Buffer.from(await dump.arrayBuffer()))
  renameSync(draft, file)
  await driver.close()
}
