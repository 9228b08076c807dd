import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { embeddedDriver } from '../embedded.ts'
import { MIGRATIONS_FOLDER, readMigrations } from '../migrations/folder.ts'
import { fromDriver, openDatabase } from '../open-database.ts'
import { makeOwnTree } from '../own-folder.ts'

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/taskwire', import.meta.url))

export interface Prepared {
  /** Whether the migrations are applied; else it is as PostgreSQL makes it. */
  migrated: boolean
}

/** An embedded database as a file, made once for each state of the migrations: loading it beats making it. */
export async function databaseSnapshot(prepared: Prepared): Promise<Blob> {
  const file = await cached(`${keyOf(prepared)}.tar`, async (draft) => {
    const driver = await embeddedDriver(prepared.migrated ? { loadDataDir: await databaseSnapshot(BARE) } : {})
    if (prepared.migrated) await fromDriver(driver).migrations.up()
    const dump = await driver.postgres.dumpDataDir('none')
    writeFileSync(draft, Buffer.from(await dump.arrayBuffer()))
    await driver.close()
  })
  return new Blob([readFileSync(file)])
}

/** The same as a `DATA_DIR`, which is to be copied. */
export async function preparedDataDir(prepared: Prepared): Promise<string> {
  return cached(keyOf(prepared), async (draft) => {
    const folder = join(draft, 'postgres')
    makeOwnTree(folder)
    const postgres = await PGlite.create({ dataDir: folder, loadDataDir: await databaseSnapshot(prepared) })
    await postgres.close()
    // As a server would leave it: the modes are those of its owner alone.
    const database = await openDatabase({ dataDir: draft })
    await database.close()
  })
}

const BARE: Prepared = { migrated: false }

function keyOf({ migrated }: Prepared): string {
  // The path names PGlite's version.
  const key = createHash('sha256').update(createRequire(import.meta.url).resolve('@electric-sql/pglite'))
  if (migrated) for (const { name, checksum } of readMigrations(MIGRATIONS_FOLDER)) key.update(name).update(checksum)
  return key.digest('hex').slice(0, 16)
}

/** Two workers may make it at once: a rename leaves one that is whole, whoever comes first. */
async function cached(name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const path = join(CACHE, name)
  if (existsSync(path)) return path
  mkdirSync(CACHE, { recursive: true })
  const draft = `${path}.${process.pid}`
  await make(draft)
  try {
    renameSync(draft, path)
  } catch (error) {
    if (!existsSync(path)) throw error
    rmSync(draft, { recursive: true })
  }
  return path
}
