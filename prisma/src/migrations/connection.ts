import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'

/** What migrating needs of a database: the direct way to it, without the limits that calls are under. */
export interface MigrationConnection {
  /** For the schema engine. Its executeScript sends a script whole, which PostgreSQL runs in one transaction. */
  readonly adapter: SqlMigrationAwareDriverAdapterFactory
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  /** Sends a script whole: all of it takes place, or none. */
  script(sql: string): Promise<void>
  /** Runs the statements one by one in a transaction that is always rolled back. @returns the first that fails, or null */
  firstFailure(statements: string[]): Promise<{ index: number; error: unknown } | null>
  /** Runs the work while no other process migrates this database. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The part of `firstFailure` that is the same for every driver; `run` must always reach the same session. */
export async function firstFailure(
  statements: string[],
  run: (sql: string) => Promise<unknown>,
): Promise<{ index: number; error: unknown } | null> {
  await run('BEGIN')
  try {
    for (const [index, statement] of statements.entries()) {
      try {
        await run(statement)
      } catch (error) {
        return { index, error }
      }
    }
    return null
  } finally {
    // A session that has died has rolled back already.
    await run('ROLLBACK').catch(() => {})
  }
}
