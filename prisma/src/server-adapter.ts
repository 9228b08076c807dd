import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapter, SqlQuery, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import { isLostConnection, isReadOnly } from './errors.ts'
import { repeatConflicts } from './repeat-conflicts.ts'

export interface AdapterOptions {
  statementNameGenerator?: (query: SqlQuery) => string
  /**
   * SQL that follows each BEGIN, for limits that hold for a transaction alone. A single statement that may wait for a lock
   * gets a transaction of its own.
   */
  begin?: string
  /** Called when the server refuses to write. */
  onReadOnly?: () => void
}

/** adapter-pg, which gives up on a read whose connection died and on a write that lost a deadlock. */
export class ServerAdapter extends PrismaPg {
  readonly #begin: string | undefined
  readonly #onReadOnly: () => void
  constructor(pool: pg.Pool, { begin, onReadOnly = () => {}, ...options }: AdapterOptions) {
    super(pool, options)
    this.#begin = begin
    this.#onReadOnly = onReadOnly
  }

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect()
    // Of single statements alone: a transaction has a queryable of its own, and is repeated as a whole.
    reportReadOnly(adapter, this.#onReadOnly)
    const limited = this.#begin === undefined ? adapter : withOwnTransactions(adapter)
    const { queryRaw, executeRaw } = limited
    adapter.queryRaw = (query) => repeatConflicts(() => rereadOnce(query, queryRaw))
    adapter.executeRaw = (query) => repeatConflicts(() => executeRaw(query))
    const startTransaction = adapter.startTransaction.bind(adapter)
    adapter.startTransaction = async (isolationLevel) => {
      const transaction = await startTransaction(isolationLevel)
      reportReadOnly(transaction, this.#onReadOnly)
      if (this.#begin !== undefined) await begin(transaction, this.#begin)
      return transaction
    }
    return adapter
  }
}

const READS = /^\s*SELECT\b(?!.*\bFOR (?:NO KEY )?UPDATE\b)/is

/** The adapter's own two ways to run a single statement, in which whatever writes is begun and committed. */
function withOwnTransactions(adapter: SqlDriverAdapter): Pick<SqlDriverAdapter, 'queryRaw' | 'executeRaw'> {
  const queryRaw = adapter.queryRaw.bind(adapter)
  const executeRaw = adapter.executeRaw.bind(adapter)
  return {
    queryRaw: (query) =>
      READS.test(query.sql) ? queryRaw(query) : inOwnTransaction(adapter, (own) => own.queryRaw(query)),
    executeRaw: (query) =>
      READS.test(query.sql) ? executeRaw(query) : inOwnTransaction(adapter, (own) => own.executeRaw(query)),
  }
}

async function inOwnTransaction<T>(adapter: SqlDriverAdapter, work: (own: Transaction) => Promise<T>): Promise<T> {
  const own = await adapter.startTransaction()
  const end = (sql: string) => own.executeRaw({ sql, args: [], argTypes: [] })
  try {
    const result = await work(own)
    await end('COMMIT')
    return result
  } catch (error) {
    // A connection that has died has rolled back already.
    await end('ROLLBACK').catch(() => {})
    throw error
  } finally {
    // Whatever became of it, this gives the connection back.
    await own.commit()
  }
}

/** Outside a transaction a read may be repeated: once, on another connection. */
async function rereadOnce(
  query: SqlQuery,
  queryRaw: SqlDriverAdapter['queryRaw'],
): ReturnType<SqlDriverAdapter['queryRaw']> {
  try {
    return await queryRaw(query)
  } catch (error) {
    if (/^\s*SELECT\b/i.test(query.sql) && isLostConnection(error)) return queryRaw(query)
    throw error
  }
}

function reportReadOnly(queryable: SqlQueryable, onReadOnly: () => void): void {
  const report = (error: unknown): never => {
    if (isReadOnly(error)) onReadOnly()
    throw error
  }
  const queryRaw = queryable.queryRaw.bind(queryable)
  const executeRaw = queryable.executeRaw.bind(queryable)
  queryable.queryRaw = (query) => queryRaw(query).catch(report)
  queryable.executeRaw = (query) => executeRaw(query).catch(report)
}

async function begin(transaction: Transaction, settings: string): Promise<void> {
  try {
    await transaction.executeRaw({ sql: settings, args: [], argTypes: [] })
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}
