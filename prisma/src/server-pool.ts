import pg from 'pg'
import { statementComment } from './statement-comment.ts'
import { currentOrigin, observeStatement, type StatementListener } from './statement-observation.ts'

/** Milliseconds that a call waits for a connection. */
export const POOL_WAIT = 2_000

/** For work that takes the time it takes, whatever is set for the role: by what of these there is in the server's version. */
export const WITHOUT_LIMITS = `
  SELECT set_config(name, '0', false) FROM pg_settings
  WHERE name IN ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout');`

interface PoolOptions extends pg.PoolConfig {
  /** SQL that each session begins with. */
  settings: string
  onStatement?: StatementListener | undefined
  /** Whether each statement that is told of says whose it is: where none has a name. */
  commented?: boolean
}

/** A pool whose sessions all count time alike. */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const { settings, onStatement, commented = false, ...poolOptions } = options
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'taskwire',
    connectionTimeoutMillis: POOL_WAIT,
    keepAlive: true,
    ...poolOptions,
    // adapter-pg writes and reads instants as UTC, and the migration engine as ISO, whatever the database is set to.
    onConnect: async (client) => {
      await client.query(`SET TIME ZONE 'UTC'; SET datestyle TO ISO; ${settings}`)
    },
  })
  // A connection that dies: its query fails, or the pool replaces it. Without listeners it would end the process.
  pool.on('error', ignoreLostConnection)
  pool.on('connect', (client) => client.on('error', ignoreLostConnection))
  if (onStatement !== undefined) observePool(pool, { onStatement, commented })
  pool.query = oneStatement(pool) as typeof pool.query
  return pool
}

type Query = (...statement: unknown[]) => Promise<never>

/** Tells of each statement on each connection, from when the connection takes it: the wait for one is not its own. */
function observePool(
  pool: pg.Pool,
  { onStatement, commented }: { onStatement: StatementListener; commented: boolean },
): void {
  pool.on('connect', (client) => {
    const query: Query = client.query.bind(client)
    const observed: Query = (...statement) => {
      const [asked, ...rest] = statement
      const run = () => query(commented ? withComment(asked) : asked, ...rest)
      return observeStatement({ sql: textOf(asked), backend: () => processIdOf(client) }, onStatement, run)
    }
    client.query = observed as typeof client.query
  })
}

/** pg-pool's own asks by callback, which it calls in the name of whoever has given the connection back. */
function oneStatement(pool: pg.Pool): Query {
  return async (...statement) => {
    const client = await pool.connect()
    try {
      const result = await (client.query as Query)(...statement)
      client.release()
      return result
    } catch (error) {
      client.release(error instanceof Error ? error : true)
      throw error
    }
  }
}

function withComment(statement: unknown): unknown {
  const comment = statementComment(currentOrigin())
  if (typeof statement === 'string') return statement + comment
  return { ...(statement as pg.QueryConfig), text: textOf(statement) + comment }
}

function textOf(statement: unknown): string {
  return typeof statement === 'string' ? statement : (statement as pg.QueryConfig).text
}

function processIdOf(client: pg.PoolClient): number | undefined {
  return (client as { processID?: number | null }).processID ?? undefined
}

function ignoreLostConnection(): void {}

/**
 * Once the server has refused to write, no connection that is older is used twice: after a failover they all lead to
 * what is no longer the primary. pg-pool itself throws one away where a single statement fails, but not a transaction.
 *
 * @returns what is to be called when the server refuses
 */
export function renewConnections(pool: pg.Pool): () => void {
  const openedAt = new WeakMap<pg.PoolClient, number>()
  let refusedAt = Number.NEGATIVE_INFINITY
  pool.on('connect', (client) => openedAt.set(client, performance.now()))
  pool.on('release', (_error, client) => {
    // The pool keeps none that is ending.
    if (client instanceof pg.Client && (openedAt.get(client) ?? 0) <= refusedAt) void client.end()
  })
  return () => {
    refusedAt = performance.now()
  }
}
