import type pg from 'pg'
import { isOutOfTime, isUnanswered, OUT_OF_TIME } from './errors.ts'
import { currentOrigin } from './statement-observation.ts'

/** Milliseconds without which nothing is begun: the database would seem slow to whoever comes to it too late. */
const LEAST = 1_000

type Statement = string | pg.QueryConfig
type Connect = () => Promise<pg.PoolClient>
type Query = (statement: Statement, ...values: unknown[]) => Promise<unknown>

/**
 * Lets no call wait for a connection or a statement past its deadline. A connection on which an answer did not come in time
 * is given up: whatever was asked next, if only ROLLBACK, would wait behind it.
 */
export function keepDeadlines(pool: pg.Pool): void {
  const connect: Connect = pool.connect.bind(pool)
  pool.connect = (() => inTime(connect)) as typeof pool.connect
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as Query
    const queryInTime: Query = async (statement, ...values) => {
      try {
        return await query(limited(statement), ...values)
      } catch (error) {
        // Not even ROLLBACK is asked any more: the server does it when the connection ends.
        if (isUnanswered(error) || isOutOfTime(error)) void client.end()
        throw error
      }
    }
    client.query = queryInTime as typeof client.query
  })
}

/** Milliseconds that the call has left; undefined where no call waits. @throws Error where that is too little: it waited elsewhere */
function timeLeft(): number | undefined {
  const deadline = currentOrigin()?.deadline
  if (deadline === undefined) return undefined
  const left = deadline - performance.now()
  if (left < LEAST) throw new Error(OUT_OF_TIME)
  return left
}

/** What pg has from the pool's configuration, it looks for in the statement's first: its types do not say so. */
function limited(statement: Statement): Statement {
  const left = timeLeft()
  if (left === undefined) return statement
  const limit = { query_timeout: left }
  return typeof statement === 'string' ? { text: statement, ...limit } : { ...statement, ...limit }
}

async function inTime(connect: Connect): Promise<pg.PoolClient> {
  const left = timeLeft()
  const connecting = connect()
  if (left === undefined) return connecting
  return new Promise((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      // As pg-pool says it.
      reject(new Error('timeout exceeded when trying to connect'))
    }, left)
    connecting
      .then((client) => {
        if (isLate) client.release()
        else resolve(client)
      }, reject)
      .finally(() => clearTimeout(timer))
  })
}
