import pg from 'pg'
import { DatabaseUrlError, type UrlVariable } from '../connection-string.ts'
import { explainDatabaseFailure } from '../explain-failure.ts'

/** What lies between here and the server, as far as two sessions can find out. */
export interface Route {
  /**
   * `direct`: nothing, or what passes bytes on. `sessions`: a pooler that keeps a session on one connection.
   * `transactions`: one that may give each transaction, or statement, another.
   */
  kind: 'direct' | 'sessions' | 'transactions'
  /** Tells this database from any other, whichever way it is reached. */
  identity: string
}

/**
 * Whose turn it is to be asked. A pooler that hands out what came back last gives both sessions the same connection; one
 * that goes round does not, but gives a session that asks twice in a row another.
 */
const TURNS = [0, 1, 0, 0, 1, 1, 0, 1] as const

/** Milliseconds. */
const PATIENCE = 5_000

/**
 * Opens two sessions, and looks at which processes of the server they reach.
 *
 * @throws DatabaseUrlError naming the variable, when nothing can be reached or nobody is let in
 */
export async function traceRoute(url: string, variable: UrlVariable): Promise<Route> {
  const sessions = [openSession(url), openSession(url)] as const
  try {
    await Promise.all(sessions.map((session) => session.connect()))
    const reached = [new Set<number>(), new Set<number>()] as const
    let identity = ''
    for (const turn of TURNS) {
      const { rows } = await sessions[turn].query<{ pid: number; identity: string }>(
        `SELECT pg_backend_pid() AS pid, oid || ' ' || extract(epoch FROM pg_postmaster_start_time()) AS identity
         FROM pg_database WHERE datname = current_database()`,
      )
      reached[turn].add(rows[0]?.pid ?? 0)
      identity = rows[0]?.identity ?? ''
    }
    const [first, second] = reached
    if (first.size > 1 || second.size > 1 || [...first].some((pid) => second.has(pid))) {
      return { kind: 'transactions', identity }
    }
    return { kind: first.has(processOf(sessions[0])) ? 'direct' : 'sessions', identity }
  } catch (cause) {
    const explanation = explainDatabaseFailure(cause, variable)
    throw explanation === null ? cause : new DatabaseUrlError(explanation, { cause })
  } finally {
    await Promise.all(sessions.map((session) => session.end().catch(() => {})))
  }
}

function openSession(url: string): pg.Client {
  const session = new pg.Client({
    connectionString: url,
    application_name: 'taskwire checks',
    connectionTimeoutMillis: PATIENCE,
    query_timeout: PATIENCE,
  })
  // A connection that dies fails its query; without a listener it would end the process.
  session.on('error', () => {})
  return session
}

/** Which process the server said it would be when the session began. A pooler makes a number up. */
function processOf(session: pg.Client): number {
  return (session as pg.Client & { processID: number }).processID
}
