import { isWriteConflict } from './errors.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'

/** What a domain verb works on: the client, or a transaction of it. */
export type Database = PrismaClient | Prisma.TransactionClient

const RETRIES = 3
/** Milliseconds; doubled at each attempt and jittered, so that those who collided do not meet again. */
const FIRST_PAUSE = 10

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
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await db.$transaction(work)
    } catch (error) {
      if (attempt === RETRIES || !isWriteConflict(error)) throw error
      const pause = FIRST_PAUSE * 2 ** attempt
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
    }
  }
}
