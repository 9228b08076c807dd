import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapter, SqlQuery, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import { isLostConnection, isReadOnly } from './errors.ts'
import { repeatConflicts } from './repeat-conflicts.ts'

export interface AdapterOptions {
  statementNameGenerator?: (query: SqlQuery) => string
  /** SQL that follows each BEGIN. */
  begin?: string
  /** Called when the server refuses to write. */
  onReadOnly?: () => void
}

/**
 * adapter-pg, which cuts scripts at semicolons, and so breaks function bodies, and gives up on a read whose connection
 * died and on a write that lost a deadlock.
 */
export class ServerAdapter extends PrismaPg {
  readonly #pool: pg.Pool
  readonly #begin: string | undefined
  readonly #onReadOnly: () => void
  constructor(pool: pg.Pool, { begin, onReadOnly = () => {}, ...options }: AdapterOptions) {
    super(pool, options)
    this.#pool = pool
    this.#begin = begin
    this.#onReadOnly = onReadOnly
  }

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect()
    adapter.executeScript = async (script) => {
      await this.#pool.query(script)
    }
    // Of single statements alone: a transaction has a queryable of its own, and is repeated as a whole.
    reportReadOnly(adapter, this.#onReadOnly)
    const { queryRaw, executeRaw } = adapter
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
