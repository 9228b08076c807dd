import { createHash } from 'node:crypto'
import type { SqlQuery } from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import type { DatabaseConfig } from './config.ts'
import { connectionString, DatabaseUrlError, type UrlVariable } from './connection-string.ts'
import type { Driver } from './driver.ts'
import { explainDatabaseFailure } from './explain-failure.ts'
import { PrismaClient } from './generated/client.ts'
import { firstFailure, type MigrationConnection } from './migrations/connection.ts'
import { MigrationError } from './migrations/errors.ts'
import { openNotifications } from './notifications.ts'
import { ServerAdapter } from './server-adapter.ts'
import { openServerHealth } from './server-health.ts'
import { createPool, POOL_WAIT, renewConnections } from './server-pool.ts'

export interface ServerConfig extends DatabaseConfig {
  url: string
}

/** Milliseconds that a transaction may stand idle, or last in all. */
const TRANSACTION_TIMEOUT = 10_000
/** Identifies Taskwire's migrations among the advisory locks of a server: the ASCII codes of "task". */
const MIGRATION_LOCK = 0x7461736b
const LOCK_NOT_AVAILABLE = '55P03'

/** A pool on a PostgreSQL server, which is connected to on first use. */
export function openServer(config: ServerConfig): Driver {
  const url = connectionString(config.url, 'DATABASE_URL')
  const directUrl = config.directUrl === undefined ? url : connectionString(config.directUrl, 'DIRECT_DATABASE_URL')
  // Through a pooler in transaction mode a statement's name belongs to somebody else's connection, and a session
  // setting stays behind on it. Time zone and date style are safe there: PgBouncer tracks them for each client.
  const pooled = directUrl !== url
  const pool = createPool(url, {
    max: config.poolSize ?? 10,
    // Past the server's own limit of a statement: it is for a network that no longer answers at all.
    query_timeout: 7_000,
    settings: pooled ? '' : timeouts('SESSION'),
  })
  const adapter = new ServerAdapter(pool, {
    onReadOnly: renewConnections(pool),
    ...(pooled ? { begin: timeouts('LOCAL') } : { statementNameGenerator: statementName }),
  })
  const client = new PrismaClient({
    adapter,
    errorFormat: 'minimal',
    transactionOptions: { maxWait: POOL_WAIT, timeout: TRANSACTION_TIMEOUT },
  })
  const notifications = openNotifications(directUrl)
  const health = openServerHealth(url)
  return {
    kind: 'server',
    client,
    notifications,
    lost: new Promise(() => {}),
    ping: () => health.ping(),
    migrationConnection: () => serverMigrationConnection(directUrl, pooled ? 'DIRECT_DATABASE_URL' : 'DATABASE_URL'),
    async close() {
      await notifications.close()
      await health.close()
      await client.$disconnect()
      await pool.end()
    },
  }
}

function timeouts(scope: 'SESSION' | 'LOCAL'): string {
  const milliseconds = {
    statement_timeout: 5_000,
    // PostgreSQL looks for a deadlock after a wait of 1 s (deadlock_timeout). With a limit as short, whoever is to lose
    // one would be told of the wait instead, and what lost a deadlock is run again.
    lock_timeout: 1_500,
    idle_in_transaction_session_timeout: TRANSACTION_TIMEOUT,
  }
  return Object.entries(milliseconds)
    .map(([name, value]) => `SET ${scope} ${name} = ${value};`)
    .join(' ')
}

async function serverMigrationConnection(url: string, variable: UrlVariable): Promise<MigrationConnection> {
  // No statement timeout: building an index takes the time it takes. Two connections, one of them to hold the lock: so
  // the engine, which takes a lock of its own for each migration, always meets its own session.
  const pool = createPool(url, { max: 2, settings: '' })
  await connectOnce(pool, variable)
  return {
    adapter: new ServerAdapter(pool, {}),
    query: async (sql, values) => (await pool.query<Record<string, unknown>>(sql, values)).rows,
    script: async (sql) => {
      await pool.query(sql)
    },
    async firstFailure(statements) {
      const session = await pool.connect()
      try {
        return await firstFailure(statements, (sql) => session.query(sql))
      } finally {
        session.release(true)
      }
    },
    async exclusively(work) {
      const holder = await pool.connect()
      try {
        await lockMigrations(holder)
        return await work()
      } finally {
        // Closing the session releases the lock, also when the connection has been lost.
        holder.release(true)
      }
    },
    close: () => pool.end(),
  }
}

/** @throws DatabaseUrlError naming the variable to correct, when nothing can be reached or nobody is let in */
async function connectOnce(pool: pg.Pool, variable: UrlVariable): Promise<void> {
  try {
    const session = await pool.connect()
    session.release()
  } catch (cause) {
    await pool.end()
    const explanation = explainDatabaseFailure(cause, variable)
    throw explanation === null ? cause : new DatabaseUrlError(explanation, { cause })
  }
}

async function lockMigrations(session: pg.PoolClient): Promise<void> {
  try {
    await session.query(`SET lock_timeout = '1min'; SELECT pg_advisory_lock(${MIGRATION_LOCK})`)
  } catch (error) {
    if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error
    throw new MigrationError('Another process has been migrating this database for a minute: wait for it, or end it')
  }
}

/** adapter-pg caches a prepared statement only under a name; the same SQL gets the same name. */
function statementName({ sql }: SqlQuery): string {
  const known = statementNames.get(sql)
  if (known !== undefined) return known
  const name = createHash('sha256').update(sql).digest('base64url').slice(0, 20)
  if (statementNames.size >= 1_000) statementNames.clear()
  statementNames.set(sql, name)
  return name
}
const statementNames = new Map<string, string>()
