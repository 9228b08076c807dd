import type { SqlDriverAdapter, SqlQueryable } from '@prisma/driver-adapter-utils'
import { observeStatement, type StatementListener } from './statement-observation.ts'

/** How much is asked of the embedded database, which does one thing at a time. */
export interface EmbeddedLoad {
  /** Statements and transactions that are under way or wait for their turn. */
  asked: number
}

/**
 * Tells of each statement. The time that one waited for its turn counts as its own: there is no pool, and a transaction
 * waits at its BEGIN.
 */
export function observeEmbedded(
  adapter: SqlDriverAdapter,
  load: EmbeddedLoad,
  onStatement: StatementListener | undefined,
): void {
  const counted = async <T>(run: () => Promise<T>) => {
    load.asked += 1
    return run().finally(() => {
      load.asked -= 1
    })
  }
  const { startTransaction } = adapter
  const begin: typeof startTransaction = startTransaction.bind(adapter)
  observeQueryable(adapter, onStatement)
  const { queryRaw, executeRaw } = adapter
  adapter.queryRaw = (query) => counted(() => queryRaw(query))
  adapter.executeRaw = (query) => counted(() => executeRaw(query))
  adapter.startTransaction = async (isolationLevel) => {
    load.asked += 1
    try {
      const transaction = await told('BEGIN', onStatement, () => begin(isolationLevel))
      observeQueryable(transaction, onStatement)
      const { commit, rollback } = transaction
      const ended = () => {
        load.asked -= 1
      }
      transaction.commit = () => commit.call(transaction).finally(ended)
      transaction.rollback = () => told('ROLLBACK', onStatement, () => rollback.call(transaction)).finally(ended)
      return transaction
    } catch (error) {
      load.asked -= 1
      throw error
    }
  }
}

function observeQueryable(queryable: SqlQueryable, onStatement: StatementListener | undefined): void {
  const queryRaw = queryable.queryRaw.bind(queryable)
  const executeRaw = queryable.executeRaw.bind(queryable)
  queryable.queryRaw = (query) => told(query.sql, onStatement, () => queryRaw(query))
  queryable.executeRaw = (query) => told(query.sql, onStatement, () => executeRaw(query))
}

function told<T>(sql: string, onStatement: StatementListener | undefined, run: () => Promise<T>): Promise<T> {
  return onStatement === undefined ? run() : observeStatement({ sql }, onStatement, run)
}
