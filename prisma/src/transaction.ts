import type { Prisma, PrismaClient } from './generated/client.ts'
import { repeatConflicts } from './repeat-conflicts.ts'

/** What a domain verb works on: the client, or a transaction of it. */
export type Database = PrismaClient | Prisma.TransactionClient

/**
 * Runs the work in one transaction: the one it is in already, or a new one. A new one that loses a deadlock or a
 * serialization conflict is run again from its start, so the work must do nothing but use the transaction.
 */
export async function inTransaction<T>(
  db: Database,
  work: (transaction: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  // A transaction has `$transaction` too, for savepoints; what it lacks is a connection to open or close.
  if (!('$connect' in db)) return work(db)
  return repeatConflicts(() => db.$transaction(work))
}
