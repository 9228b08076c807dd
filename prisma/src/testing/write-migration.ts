import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes, or rewrites, a migration in a folder of migrations. */
export function writeMigration(
  folder: string,
  migration: { name: string; up: string; down?: string | undefined; backfill?: string | undefined },
): void {
  const path = join(folder, migration.name)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'migration.sql'), migration.up)
  if (migration.down !== undefined) writeFileSync(join(path, 'down.sql'), migration.down)
  if (migration.backfill !== undefined) writeFileSync(join(path, 'backfill.sql'), migration.backfill)
}
