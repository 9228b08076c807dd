import { createHash } from 'node:crypto'
import type { SqlQuery } from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import { type DatabaseConfig, DEFAULT_POOL_SIZE } from './config.ts'
import { connectionString, DatabaseUrlError, type UrlVariable } from './connection-string.ts'
import type { Driver } from './driver.ts'
import { endLateStatements, openCanceller } from './end-late-statements.ts'
import { explainDatabaseFailure } from './explain-failure.ts'
import { PrismaClient } from './generated/client.ts'
import { keepDeadlines } from './keep-deadlines.ts'
import type { LongConnection } from './long-transaction.ts'
import { serverMigrationConnection } from './migrations/server-connection.ts'
import { openNotifications } from './notifications.ts'
import { ServerAdapter } from './server-adapter.ts'
import { openServerHealth } from './server-health.ts'
import { createPool, POOL_WAIT, renewConnections, WITHOUT_LIMITS } from './server-pool.ts'

export interface ServerConfig extends DatabaseConfig {
  url: string
}

/** Milliseconds that a statement may take. */
const STATEMENT_TIMEOUT = 5_000
/** Milliseconds that a transaction may stand idle, or last in all. */
const TRANSACTION_TIMEOUT = 10_000

/** A pool on a PostgreSQL server, which is connected to on first use. */
export function openServer(config: ServerConfig): Driver {
  const url = connectionString(config.url, 'DATABASE_URL')
  const directUrl = config.directUrl === undefined ? url : connectionString(config.directUrl, 'DIRECT_DATABASE_URL')
  // Through a pooler in transaction mode a statement's name belongs to somebody else's connection, and a session
  // setting stays behind on it. Time zone and date style are safe there: PgBouncer tracks them for each client.
  const pooled = directUrl !== url
  const directVariable = pooled ? 'DIRECT_DATABASE_URL' : 'DATABASE_URL'
  const pool = createPool(url, {
    max: config.poolSize ?? DEFAULT_POOL_SIZE,
    // Past the server's own limit of a statement: it is for a network that no longer answers at all.
    query_timeout: 7_000,
    settings: pooled ? '' : timeouts('SESSION'),
    onStatement: config.onStatement,
    commented: pooled,
  })
  keepDeadlines(pool)
  // A little less, since a statement reaches the server after it was sent.
  const canceller = openCanceller(directUrl, STATEMENT_TIMEOUT - 100)
  if (pooled) endLateStatements(pool, canceller, STATEMENT_TIMEOUT)
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
    connections: () => ({
      most: pool.options.max,
      open: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    migrationConnection: () => serverMigrationConnection(directUrl, directVariable),
    longConnection: () => serverLongConnection(directUrl, directVariable),
    async close() {
      await notifications.close()
      await health.close()
      await client.$disconnect()
      await pool.end()
      await canceller.close()
    },
  }
}

function timeouts(scope: 'SESSION' | 'LOCAL'): string {
  const milliseconds = {
    statement_timeout: STATEMENT_TIMEOUT,
    // PostgreSQL looks for a deadlock after a wait of 1 s (deadlock_timeout). With a limit as short, whoever is to lose
    // one would be told of the wait instead, and what lost a deadlock is run again.
    lock_timeout: 1_500,
    idle_in_transaction_session_timeout: TRANSACTION_TIMEOUT,
  }
  return Object.entries(milliseconds)
    .map(([name, value]) => `SET ${scope} ${name} = ${value};`)
    .join(' ')
}

async function serverLongConnection(url: string, variable: UrlVariable): Promise<LongConnection> {
  const pool = createPool(url, { max: 1, application_name: 'taskwire long', settings: WITHOUT_LIMITS })
  await connectOnce(pool, variable)
  const client = new PrismaClient({ adapter: new ServerAdapter(pool, {}), errorFormat: 'minimal' })
  return {
    client,
    async close() {
      await client.$disconnect()
      await pool.end()
    },
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
