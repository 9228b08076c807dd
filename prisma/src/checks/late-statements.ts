import type { DatabaseConfig } from '../config.ts'
import { connectionString } from '../connection-string.ts'
import { endLateStatements, openCanceller } from '../end-late-statements.ts'
import { isTimeout } from '../errors.ts'
import { createPool } from '../server-pool.ts'

/** Milliseconds: of the limit that is tried, and of the statement that goes past it. */
const LIMIT = 200
const TAKES = 5_000

/** Whether a statement that was sent through a pooler can be cancelled past it. */
export async function endsLateStatements({ url = '', directUrl = url }: DatabaseConfig): Promise<boolean> {
  const pool = createPool(connectionString(url, 'DATABASE_URL'), { max: 1, settings: '' })
  const canceller = openCanceller(connectionString(directUrl, 'DIRECT_DATABASE_URL'), LIMIT / 2)
  endLateStatements(pool, canceller, LIMIT)
  try {
    await pool.query('SELECT pg_sleep($1)', [TAKES / 1_000])
    return false
  } catch (error) {
    if (!isTimeout(error)) throw error
    return true
  } finally {
    await pool.end()
    await canceller.close()
  }
}
