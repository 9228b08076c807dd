import { type Database, Prisma } from '@taskwire/prisma'

/**
 * Makes the user's other writers wait until this transaction ends. Whatever changes rows that are there does this first:
 * an update locks its row before the trigger locks the user, and would wait for a transaction that waits for the row.
 *
 * @returns false where the account has been deleted
 */
export async function lockUser(transaction: Database, userId: string): Promise<boolean> {
  const locked = await transaction.$queryRaw<unknown[]>`
    SELECT 1 FROM users WHERE id = ${userId}::uuid AND deleted_at IS NULL FOR NO KEY UPDATE`
  return locked.length > 0
}

/** The user's id, locked like `lockUser` does it: for a statement that is a transaction of its own, `user_id = ${…}`. */
export function lockedUser(userId: string): Prisma.Sql {
  return Prisma.sql`(SELECT id FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE)`
}
