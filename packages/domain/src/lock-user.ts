import type { Database } from '@taskwire/prisma'

/**
 * Makes the user's other writers wait until this transaction ends. Whatever writes several of a user's rows does this
 * first: the trigger locks the user after a first row, and two such transactions would wait for each other.
 */
export async function lockUser(transaction: Database, userId: string): Promise<void> {
  await transaction.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`
}
