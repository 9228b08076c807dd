import type { MigrationConnection } from './connection.ts'
import type { Migration } from './folder.ts'

/** The database's migrations compared with the folder's. */
export interface MigrationStatus {
  /** Applied, in the order in which they were. */
  applied: { name: string; appliedAt: Date }[]
  /** In the folder and not in the database, oldest first. */
  pending: string[]
  /** Begun and neither finished nor rolled back: somebody has to look. */
  failed: string[]
  /** Applied, and changed in the folder since. */
  edited: string[]
  /** Applied, and not in the folder: the database is newer than this program. */
  unknown: string[]
}

export async function readStatus(connection: MigrationConnection, migrations: Migration[]): Promise<MigrationStatus> {
  const rows = await readHistory(connection)
  const applied = rows.filter((row) => row.finishedAt !== null)
  const onDisk = new Map(migrations.map((migration) => [migration.name, migration]))
  const names = new Set(rows.map((row) => row.name))
  return {
    applied: applied.map((row) => ({ name: row.name, appliedAt: row.finishedAt as Date })),
    pending: migrations.map((migration) => migration.name).filter((name) => !names.has(name)),
    failed: rows.filter((row) => row.finishedAt === null).map((row) => row.name),
    edited: applied
      .filter((row) => (onDisk.get(row.name)?.checksum ?? row.checksum) !== row.checksum)
      .map((row) => row.name),
    unknown: applied.map((row) => row.name).filter((name) => !onDisk.has(name)),
  }
}

interface HistoryRow {
  name: string
  checksum: string
  finishedAt: Date | null
}

// The table is Prisma's own: the engine makes it at the first migration, as `prisma migrate deploy` does.
async function readHistory(connection: MigrationConnection): Promise<HistoryRow[]> {
  const [table] = await connection.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS present`)
  if (table?.['present'] !== true) return []
  const rows = await connection.query(
    `SELECT migration_name, checksum, finished_at FROM _prisma_migrations
     WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
  )
  return rows.map((row) => ({
    name: String(row['migration_name']),
    checksum: String(row['checksum']),
    finishedAt: row['finished_at'] as Date | null,
  }))
}
