import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MigrationList } from '@prisma/schema-engine-wasm'

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
  /** SHA-256 of migration.sql in hexadecimal, as Prisma records it. */
  checksum: string
}

/** The migrations of a folder, oldest first. */
export function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'migration.sql')))
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const up = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
      const downFile = join(folder, name, 'down.sql')
      return {
        name,
        up,
        down: existsSync(downFile) ? readFileSync(downFile, 'utf8') : null,
        checksum: createHash('sha256').update(up).digest('hex'),
      }
    })
}

/** The same in the schema engine's form. */
export function toMigrationList(folder: string, migrations: Migration[]): MigrationList {
  const lockfile = join(folder, 'migration_lock.toml')
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: existsSync(lockfile) ? readFileSync(lockfile, 'utf8') : null },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, up }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: up } },
    })),
  }
}
