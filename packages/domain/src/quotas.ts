import { Prisma } from '@taskwire/prisma'

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
