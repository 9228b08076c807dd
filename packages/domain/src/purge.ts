import { type Database, inTransaction, Prisma } from '@taskwire/prisma'
import { lockUser } from './lock-user.ts'
import type { Quotas } from './quotas.ts'

/** What a purge has removed for good. */
export interface Purged {
  tasks: number
  tags: number
  sessions: number
  apiTokens: number
}

/** Days for which something deleted can still be told to a client that was away, and a task restored. */
export const TOMBSTONE_DAYS = 30
/** Days for which a session or an API token that has ended is kept, for whoever looks into what happened. */
const ENDED_DAYS = 7
/** Rows removed in one transaction. */
const BATCH = 1_000
/** Identifies purging among the advisory locks of a server: the ASCII codes of "purg". */
const PURGE_LOCK = 0x70757267

/**
 * Removes what was deleted long ago, what of it is more than a user may keep, and sessions and API tokens that ended. Each
 * user's `purgedSeq` rises to the last version that is gone: a client that asks for changes since before it has to read
 * everything again. Of several processes one does it.
 */
export async function purge(db: Database, { maxTasks, maxTags }: Quotas): Promise<Purged> {
  await db.$executeRaw`DELETE FROM external_deletions WHERE until < clock_timestamp()`
  return {
    tasks: await purgeDeleted(db, tasks, maxTasks),
    tags: await purgeDeleted(db, tags, maxTags),
    sessions: await inBatches(db, (transaction) => purgeEnded(transaction, sessions)),
    apiTokens: await inBatches(db, (transaction) => purgeEnded(transaction, apiTokens)),
  }
}

interface Kind {
  table: Prisma.Sql
  /** Of a user: how many rows the trash holds. */
  deleted: Prisma.Sql
}

const tasks: Kind = { table: Prisma.sql`tasks`, deleted: Prisma.sql`deleted_tasks` }
const tags: Kind = { table: Prisma.sql`tags`, deleted: Prisma.sql`deleted_tags` }

interface Ending {
  table: Prisma.Sql
  /** When one of them has ended. */
  ended: Prisma.Sql
}

const sessions: Ending = { table: Prisma.sql`sessions`, ended: Prisma.sql`least(revoked_at, idle_expires_at)` }
const apiTokens: Ending = { table: Prisma.sql`api_tokens`, ended: Prisma.sql`least(revoked_at, expires_at)` }

/** @param kept how many tombstones of a user stay at most: who creates and deletes for ever fills no disk */
async function purgeDeleted(db: Database, { table, deleted }: Kind, kept: number): Promise<number> {
  let count = await inBatches(db, (transaction) => purgeOld(transaction, table))
  const crowded = await db.$queryRaw<{ id: string }[]>`SELECT id FROM users WHERE ${deleted} > ${kept}`
  for (const { id } of crowded) {
    count += await inBatches(db, (transaction) => purgeExcess(transaction, table, { id, kept }))
  }
  return count
}

/** Removes batch after batch, until one is not full. @returns how many rows in all */
async function inBatches(db: Database, purgeBatch: (transaction: Database) => Promise<number>): Promise<number> {
  for (let total = 0; ; ) {
    const count = await inTransaction(db, async (transaction) => {
      const [lock] = await transaction.$queryRaw<{ taken: boolean }[]>`
        SELECT pg_try_advisory_xact_lock(${PURGE_LOCK}::bigint) AS taken`
      return lock?.taken === true ? purgeBatch(transaction) : 0
    })
    total += count
    if (count < BATCH) return total
  }
}

async function purgeOld(transaction: Database, table: Prisma.Sql): Promise<number> {
  const old = Prisma.sql`deleted_at < clock_timestamp() - make_interval(days => ${TOMBSTONE_DAYS}::int)`
  // Their users first, as whoever changes several of a user's rows does; a restored row is then no longer old.
  const locked = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM users
    WHERE id IN (SELECT user_id FROM ${table} WHERE ${old} ORDER BY deleted_at LIMIT ${BATCH})
    ORDER BY id FOR NO KEY UPDATE`
  return removeTombstones(
    transaction,
    table,
    Prisma.sql`
      SELECT user_id, id FROM ${table}
      WHERE ${old} AND user_id = ANY(${locked.map(({ id }) => id)}::uuid[])
      ORDER BY deleted_at LIMIT ${BATCH}`,
  )
}

/** By the rows themselves: a counter that is wrong costs nobody their trash. */
async function purgeExcess(
  transaction: Database,
  table: Prisma.Sql,
  { id, kept }: { id: string; kept: number },
): Promise<number> {
  await lockUser(transaction, id)
  return removeTombstones(
    transaction,
    table,
    Prisma.sql`
      SELECT user_id, id FROM ${table} WHERE user_id = ${id}::uuid AND deleted_at IS NOT NULL
      ORDER BY version DESC LIMIT ${BATCH} OFFSET ${kept}`,
  )
}

async function removeTombstones(transaction: Database, table: Prisma.Sql, chosen: Prisma.Sql): Promise<number> {
  const [removed] = await transaction.$queryRaw<{ count: number }[]>`
    WITH gone AS (
      DELETE FROM ${table} WHERE (user_id, id) IN (${chosen}) RETURNING user_id, version
    ),
    noted AS (
      UPDATE users SET purged_seq = greatest(purged_seq, last.version)
      FROM (SELECT user_id, max(version) AS version FROM gone GROUP BY user_id) last
      WHERE users.id = last.user_id
    )
    SELECT count(*)::int AS count FROM gone`
  return removed?.count ?? 0
}

async function purgeEnded(transaction: Database, { table, ended }: Ending): Promise<number> {
  return transaction.$executeRaw`
    DELETE FROM ${table} WHERE (user_id, id) IN (
      SELECT user_id, id FROM ${table}
      WHERE ${ended} < clock_timestamp() - make_interval(days => ${ENDED_DAYS}::int)
      LIMIT ${BATCH}
    )`
}
