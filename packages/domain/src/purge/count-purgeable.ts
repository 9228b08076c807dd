import { type Database, Prisma } from '@taskwire/prisma'
import type { Quotas } from '../quotas.ts'
import {
  apiTokens,
  crowdedUsers,
  type Ending,
  endedLongAgo,
  isOld,
  type Kind,
  type Purged,
  sessions,
  tags,
  tasks,
} from './purgeable.ts'

/** What `purge` would remove now; removes nothing. */
export async function countPurgeable(db: Database, { maxTasks, maxTags }: Quotas): Promise<Purged> {
  return {
    tasks: await countTombstones(db, tasks, maxTasks),
    tags: await countTombstones(db, tags, maxTags),
    sessions: await countEnded(db, sessions),
    apiTokens: await countEnded(db, apiTokens),
  }
}

/** The old ones, and of what each user has beside those, what is more than may be kept. */
async function countTombstones(db: Database, kind: Kind, kept: number): Promise<number> {
  const old = await count(db, Prisma.sql`SELECT count(*)::int AS count FROM ${kind.table} WHERE ${isOld}`)
  const excess = Prisma.sql`
    SELECT coalesce(sum(greatest(young - ${kept}, 0)), 0)::int AS count FROM (
      SELECT count(*) AS young FROM ${kind.table}
      WHERE user_id IN (${crowdedUsers(kind, kept)}) AND deleted_at IS NOT NULL AND NOT ${isOld}
      GROUP BY user_id
    ) crowded`
  return old + (await count(db, excess))
}

function countEnded(db: Database, ending: Ending): Promise<number> {
  return count(db, Prisma.sql`SELECT count(*)::int AS count FROM ${ending.table} WHERE ${endedLongAgo(ending)}`)
}

async function count(db: Database, counting: Prisma.Sql): Promise<number> {
  const [counted] = await db.$queryRaw<{ count: number }[]>(counting)
  return counted?.count ?? 0
}
