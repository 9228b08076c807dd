import { type Database, Prisma } from '@taskwire/prisma'
import { DomainError } from './domain-error.ts'

/** How much one user may own. What is deleted does not count, but no more of it is kept than may be live. */
export interface Quotas {
  maxTasks: number
  maxTags: number
}

const counters = { tasks: Prisma.sql`live_tasks`, tags: Prisma.sql`live_tags` }

/**
 * Whether the user may have one more, to stand in the WHERE of what writes it. It locks the user like `lockedUser` does,
 * and by that reads the counter as it is after the wait: of several writers that meet at the limit none gets past it.
 * Somebody who is gone has room: the foreign key says it better.
 */
export function hasRoom(kind: keyof typeof counters, userId: string, limit: number): Prisma.Sql {
  return Prisma.sql`
    coalesce((SELECT ${counters[kind]} < ${limit} FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE), true)`
}

/**
 * For a write that has come to nothing: refuses where the user may have no more. What else stood in its way may be gone by
 * now.
 *
 * @throws DomainError QUOTA_REACHED
 */
export async function refuseWhenFull(
  db: Database,
  userId: string,
  { kind, limit }: { kind: keyof typeof counters; limit: number },
): Promise<void> {
  const [user] = await db.$queryRaw<{ full: boolean }[]>`
    SELECT ${counters[kind]} >= ${limit} AS "full" FROM users WHERE id = ${userId}::uuid`
  if (user?.full === true) throw new DomainError('QUOTA_REACHED', { limit })
}
