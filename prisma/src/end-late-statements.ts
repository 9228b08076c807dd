import type pg from 'pg'
import { createPool } from './server-pool.ts'
import { COMMENT_BEGIN } from './statement-comment.ts'

/** Milliseconds between two looks at a statement that is late. */
const PAUSE = 1_000

/** Milliseconds that a look may take. */
const PATIENCE = 2_000

/** Bytes from which on a text may have been cut: `track_activity_query_size`, 1 kB, less one and the rest of a character. */
const CUT_SHORT = 1_020

/** What begins or ends a transaction says nothing of whose it is: others say the same. */
const OF_EVERYBODY = /^\s*(BEGIN|COMMIT|ROLLBACK)\b/i

/** Ends statements over a connection of its own, straight to the server. */
export interface Canceller {
  /** Ends what has been running with this text for longer than the limit, in whichever session. */
  cancel(sql: string): Promise<void>
  close(): Promise<void>
}

/**
 * Opens no connection until it is needed.
 *
 * @param url straight to the server
 * @param limit milliseconds
 */
export function openCanceller(url: string, limit: number): Canceller {
  const pool = createPool(url, { max: 1, application_name: 'taskwire cancel', query_timeout: PATIENCE, settings: '' })
  return {
    async cancel(sql) {
      // The server shows the beginning of a long text, and what was added to it on the way. What belongs to a role that this one may not act for is let be.
      await pool.query(
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND state = 'active' AND query <> ''
           AND (query = $1 OR starts_with(query, $1 || $3) OR starts_with($1 || $3, query) AND octet_length(query) >= $4::int)
           AND query_start < clock_timestamp() - $2 * interval '1 millisecond' AND pg_has_role(usesysid, 'MEMBER')`,
        [sql, limit, COMMENT_BEGIN, CUT_SHORT],
      )
    },
    close: () => pool.end(),
  }
}

/**
 * Has what runs on a connection of the pool for longer than `limit`, in milliseconds, cancelled, as the server itself
 * would do had it been told: through a pooler in transaction mode it can be told for one transaction alone. The statement
 * fails with 57014, as by statement_timeout, and the connection stays. A statement costs a timer.
 *
 * PostgreSQL's own request to cancel a session would go through the pooler, and ends the whole of PgBouncer 1.18 now and
 * then: https://github.com/pgbouncer/pgbouncer/issues/801
 */
export function endLateStatements(pool: pg.Pool, canceller: Canceller, limit: number): void {
  pool.on('connect', (client) => {
    let timer: NodeJS.Timeout | undefined
    const watch = (sql: string, delay: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        watch(sql, PAUSE)
        // Where it cannot be done, the client's own limit ends the wait a little later.
        canceller.cancel(sql).catch(() => {})
      }, delay)
    }
    const query = client.query.bind(client) as (...statement: unknown[]) => unknown
    const timed = (...statement: [string | pg.QueryConfig, ...unknown[]]) => {
      const [text] = statement
      const sql = typeof text === 'string' ? text : text.text
      if (!OF_EVERYBODY.test(sql)) watch(sql, limit)
      return query(...statement)
    }
    client.query = timed as typeof client.query
    // When the last statement that was sent has come to its end.
    client.on('drain', () => clearTimeout(timer))
    client.on('end', () => clearTimeout(timer))
  })
}
