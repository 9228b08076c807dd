import { Prisma } from '@taskwire/prisma'

// What may be purged. The moments are those of `now()`: an index is no help against `clock_timestamp()`, which may be another
// one for each row.

/** Days for which something deleted can still be told to a client that was away, and a task restored. */
export const TOMBSTONE_DAYS = 30
/** Days for which a session or an API token that has ended is kept, for whoever looks into what happened. */
const ENDED_DAYS = 7

/** What a purge has removed for good, or would remove. */
export interface Purged {
  tasks: number
  tags: number
  sessions: number
  apiTokens: number
}

/** Rows that are deleted by a tombstone. */
export interface Kind {
  table: Prisma.Sql
  /** Of a user: how many rows the trash holds. */
  deleted: Prisma.Sql
}

export const tasks: Kind = { table: Prisma.sql`tasks`, deleted: Prisma.sql`deleted_tasks` }
export const tags: Kind = { table: Prisma.sql`tags`, deleted: Prisma.sql`deleted_tags` }

/** A tombstone that nobody needs any more. */
export const isOld = Prisma.sql`deleted_at < now() - make_interval(days => ${TOMBSTONE_DAYS}::int)`

/** Whose trash holds more than may be kept; what is left of deleted accounts goes by itself. */
export function crowdedUsers({ deleted }: Kind, kept: number): Prisma.Sql {
  return Prisma.sql`SELECT id FROM users WHERE ${deleted} > ${kept} AND users.deleted_at IS NULL`
}

/** Rows that come to an end. */
export interface Ending {
  table: Prisma.Sql
  /** When one of them has ended; there is an index on it. */
  ended: Prisma.Sql
}

export const sessions: Ending = { table: Prisma.sql`sessions`, ended: Prisma.sql`least(revoked_at, idle_expires_at)` }
export const apiTokens: Ending = { table: Prisma.sql`api_tokens`, ended: Prisma.sql`least(revoked_at, expires_at)` }

export function endedLongAgo({ ended }: Ending): Prisma.Sql {
  return Prisma.sql`${ended} < now() - make_interval(days => ${ENDED_DAYS}::int)`
}
