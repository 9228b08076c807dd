import { DatabaseUrlError, type UrlVariable } from '../connection-string.ts'
import { explainDatabaseFailure } from '../explain-failure.ts'
import { createPool, WITHOUT_LIMITS } from '../server-pool.ts'
import type { MigrationConnection } from './connection.ts'

/**
 * Two sessions on a server: one that migrates, and one beside it. What ends the process leaves the first one to finish
 * its statement, with the lock on migrations that it holds.
 *
 * @throws DatabaseUrlError naming the variable to correct, when nothing can be reached or nobody is let in
 */
export async function serverMigrationConnection(url: string, variable: UrlVariable): Promise<MigrationConnection> {
  const pool = createPool(url, {
    max: 2,
    application_name: 'taskwire migrate',
    settings: WITHOUT_LIMITS,
  })
  async function refuse(cause: unknown): Promise<never> {
    await pool.end()
    const explanation = explainDatabaseFailure(cause, variable)
    throw explanation === null ? cause : new DatabaseUrlError(explanation, { cause })
  }
  const session = await pool.connect().catch(refuse)
  // At once: a wait for a lock is short, and who was in the way is to be seen while it lasts.
  const [{ rows }] = await Promise.all([
    session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'),
    pool.query('SELECT 1'),
  ]).catch((cause: unknown) => {
    session.release(true)
    return refuse(cause)
  })
  return {
    async query(sql, values) {
      const result = await session.query<Record<string, unknown>>(sql, values)
      return { rows: result.rows, count: result.rowCount ?? 0 }
    },
    script: async (sql) => {
      await session.query(sql)
    },
    bystander: {
      migrating: rows[0]?.pid ?? 0,
      query: async (sql, values) => (await pool.query<Record<string, unknown>>(sql, values)).rows,
    },
    async close() {
      // Ending the session gives its lock back, also when the connection has been lost.
      session.release(true)
      await pool.end()
    },
  }
}
