import pg from 'pg'

/** Milliseconds that a call waits for a connection. */
export const POOL_WAIT = 2_000

/** A pool whose sessions all count time alike; `settings` is the rest of the SQL that each begins with. */
export function createPool(url: string, options: pg.PoolConfig & { settings: string }): pg.Pool {
  const { settings, ...poolOptions } = options
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
  return pool
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
