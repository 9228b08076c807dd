import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The migrations and the schema of this package: beside `src` and `dist` alike. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url))
export const SCHEMA_FILE = fileURLToPath(new URL('../../schema.prisma', import.meta.url))

export interface Migration {
  /** `<timestamp>_<name>`, the name of its folder. */
  name: string
  /** migration.sql */
  up: string
  /** down.sql; null when there is none. */
  down: string | null
  /** backfill.sql: what is done to the rows that are there, in batches after migration.sql; null when there is none. */
  backfill: string | null
  /** SHA-256 of migration.sql in hexadecimal, as Prisma records it. */
  checksum: string
}

/** The migrations of a folder, oldest first. */
export function readMigrations(folder: string): Migration[] {
  return migrationNames(folder).map((name) => {
    const up = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
    return {
      name,
      up,
      down: readIfThere(join(folder, name, 'down.sql')),
      backfill: readIfThere(join(folder, name, 'backfill.sql')),
      checksum: createHash('sha256').update(up).digest('hex'),
    }
  })
}

/** The names of the migrations that this program knows, oldest first. */
export function migrationNames(folder = MIGRATIONS_FOLDER): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'migration.sql')))
    .map((entry) => entry.name)
    .sort()
}

function readIfThere(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}
