import { readIndexStatements } from './concurrent-indexes.ts'
import type { MigrationConnection } from './connection.ts'
import { MigrationError } from './errors.ts'
import type { Migration } from './folder.ts'

/** The database's migrations compared with the folder's. */
export interface MigrationStatus {
  /** Applied, in the order in which they were. */
  applied: { name: string; appliedAt: Date }[]
  /** In the folder and not in the database, or broken off where the next attempt goes on; oldest first. */
  pending: string[]
  /** Begun and neither finished nor rolled back, so that nobody knows how far: somebody has to look. */
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
  const begun = rows.filter((row) => row.finishedAt === null)
  const failed = begun.filter((row) => !isResumable(onDisk.get(row.name)))
  const settled = new Set([...applied, ...failed].map((row) => row.name))
  return {
    applied: applied.map((row) => ({ name: row.name, appliedAt: row.finishedAt as Date })),
    pending: migrations.map((migration) => migration.name).filter((name) => !settled.has(name)),
    failed: failed.map((row) => row.name),
    edited: rows.filter((row) => isEdited(row, onDisk.get(row.name))).map((row) => row.name),
    unknown: applied.map((row) => row.name).filter((name) => !onDisk.has(name)),
  }
}

/**
 * The names of the last migrations that have left something, newest first: those that were broken off where another
 * attempt goes on are among them.
 */
export async function readLatest(
  connection: MigrationConnection,
  { migrations, count }: { migrations: Migration[]; count: number },
): Promise<string[]> {
  const onDisk = new Map(migrations.map((migration) => [migration.name, migration]))
  return (await readHistory(connection))
    .filter((row) => row.finishedAt !== null || isResumable(onDisk.get(row.name)))
    .map((row) => row.name)
    .slice(-count)
    .reverse()
}

/** Whether an attempt that was broken off has left what the next one knows how to go on with. */
function isResumable(migration: Migration | undefined): boolean {
  if (migration === undefined) return false
  return migration.backfill !== null || readIndexStatements(migration.name, migration.up) !== null
}

/** Indexes that were begun by another script are built anew; any other script has taken place. */
function isEdited(row: HistoryRow, migration: Migration | undefined): boolean {
  if (migration === undefined || migration.checksum === row.checksum) return false
  return row.finishedAt !== null || readIndexStatements(migration.name, migration.up) === null
}

interface HistoryRow {
  name: string
  checksum: string
  finishedAt: Date | null
}

async function readHistory(connection: MigrationConnection): Promise<HistoryRow[]> {
  if (!(await hasHistory(connection))) return []
  const { rows } = await connection.query(
    `SELECT migration_name, checksum, finished_at FROM _prisma_migrations
     WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
  )
  return rows.map((row) => ({
    name: String(row['migration_name']),
    checksum: String(row['checksum']),
    finishedAt: row['finished_at'] as Date | null,
  }))
}

async function hasHistory({ query }: MigrationConnection): Promise<boolean> {
  const { rows } = await query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS present`)
  return rows[0]?.['present'] === true
}

/**
 * Makes the table that `prisma migrate deploy` would make.
 * @throws MigrationError in a database that has tables already, which are then somebody else's
 */
export async function prepareHistory(connection: MigrationConnection): Promise<void> {
  if (await hasHistory(connection)) return
  const { rows } = await connection.query(
    `SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') LIMIT 1`,
  )
  if (rows[0] !== undefined) {
    throw new MigrationError(
      `The database has tables (${rows[0]['relname']}) and no history of migrations, so it is another program's: give Taskwire a database of its own`,
    )
  }
  await connection.script(`
    CREATE TABLE _prisma_migrations (
      id VARCHAR(36) PRIMARY KEY NOT NULL,
      checksum VARCHAR(64) NOT NULL,
      finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL,
      logs TEXT,
      rolled_back_at TIMESTAMPTZ,
      started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
      applied_steps_count INTEGER NOT NULL DEFAULT 0
    )`)
}

/** What is known of an attempt that was broken off. */
export interface Begun {
  /** Of the migration as it was then. */
  checksum: string
  /** The indexes that it began to build, so that they are its own. */
  indexes: string[]
}

/** @returns null when no attempt was broken off */
export async function readBegun({ query }: MigrationConnection, name: string): Promise<Begun | null> {
  const { rows } = await query(`SELECT checksum, logs FROM _prisma_migrations WHERE ${unfinished(name)}`)
  if (rows[0] === undefined) return null
  const notes = String(rows[0]['logs'] ?? '').matchAll(/^Began to build (.+)$/gm)
  return { checksum: String(rows[0]['checksum']), indexes: [...notes].map(([, index = '']) => index) }
}

// These are SQL, so that they take place with the script whose end they tell of.

/** Notes a migration as applied. */
export function insertRow({ name, checksum }: Migration): string {
  return insert(name, `${literal(checksum)}, clock_timestamp(), 1, NULL`)
}

/** Notes a migration as begun, with the indexes that it has begun to build. */
export function insertBegunRow({ name, checksum }: Migration, indexes: string[] = []): string {
  return insert(name, `${literal(checksum)}, NULL, 0, ${notesOf(indexes)}`)
}

function insert(name: string, values: string): string {
  return `DELETE FROM _prisma_migrations WHERE ${unfinished(name)};
    INSERT INTO _prisma_migrations (id, migration_name, checksum, finished_at, applied_steps_count, logs) VALUES
    (gen_random_uuid(), ${literal(name)}, ${values})`
}

/** Notes the indexes that a migration which was begun has begun to build. */
export function noteIndexes(name: string, indexes: string[]): string {
  return `UPDATE _prisma_migrations SET logs = ${notesOf(indexes)} WHERE ${unfinished(name)}`
}

/** Notes that a migration which was begun is applied. */
export function finishRow(name: string): string {
  return `UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1, logs = NULL
    WHERE ${unfinished(name)}`
}

/** Notes that an applied migration is being taken back, which has built these indexes. */
export function reopenRow(name: string, indexes: string[]): string {
  return `UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0, logs = ${notesOf(indexes)}
    WHERE migration_name = ${literal(name)} AND finished_at IS NOT NULL AND rolled_back_at IS NULL`
}

/** Forgets a migration that is taken back. */
export function deleteRow(name: string): string {
  return `DELETE FROM _prisma_migrations WHERE migration_name = ${literal(name)}`
}

function unfinished(name: string): string {
  return `migration_name = ${literal(name)} AND finished_at IS NULL AND rolled_back_at IS NULL`
}

/** The column is Prisma's, for what somebody may want to read of a migration that is not finished. */
function notesOf(indexes: string[]): string {
  return indexes.length === 0 ? 'NULL' : literal(indexes.map((index) => `Began to build ${index}`).join('\n'))
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
