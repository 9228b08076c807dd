import { type Database, inTransaction, Prisma } from '@taskwire/prisma'
import { atLeisure } from '../at-leisure.ts'
import { lockUser } from '../lock-user.ts'
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

/** Rows removed in one transaction: it locks their users, who wait for it when they write. */
const BATCH = 250
/** Identifies purging among the advisory locks of a server: the ASCII codes of "purg". */
const PURGE_LOCK = 0x70757267

export interface PurgeOptions {
  /** Told after each transaction what has been removed so far. */
  onProgress?: ((purged: Purged) => void) | undefined
  /** Aborted to stop after the present transaction: the next purge goes on. */
  signal?: AbortSignal | undefined
}

/**
 * Removes what was deleted long ago, what of it is more than a user may keep, and sessions and API tokens that ended. Each
 * user's `purgedSeq` rises to the last version that is gone: a client that asks for changes since before it has to read
 * everything again. Of several processes one does it.
 */
export async function purge(
  db: Database,
  { maxTasks, maxTags }: Quotas,
  { onProgress = () => {}, signal }: PurgeOptions = {},
): Promise<Purged> {
  const purged: Purged = { tasks: 0, tags: 0, sessions: 0, apiTokens: 0 }

  /** Removes batch after batch, until one is not full. */
  async function inBatches(kind: keyof Purged, purgeBatch: (transaction: Database) => Promise<number>): Promise<void> {
    for (let count = BATCH; count === BATCH && signal?.aborted !== true; ) {
      const { result } = await atLeisure(() => unlessOthersDo(db, purgeBatch), signal)
      count = result
      purged[kind] += count
      if (count > 0) onProgress(purged)
    }
  }

  /** @param kept how many tombstones of a user stay at most: who creates and deletes for ever fills no disk */
  async function purgeDeleted(name: 'tasks' | 'tags', kind: Kind, kept: number): Promise<void> {
    await inBatches(name, (transaction) => purgeOld(transaction, kind))
    const crowded = await db.$queryRaw<{ id: string }[]>(crowdedUsers(kind, kept))
    for (const { id } of crowded) await inBatches(name, (transaction) => purgeExcess(transaction, kind, { id, kept }))
  }

  await db.$executeRaw`DELETE FROM external_deletions WHERE until < now()`
  await purgeDeleted('tasks', tasks, maxTasks)
  await purgeDeleted('tags', tags, maxTags)
  await inBatches('sessions', (transaction) => purgeEnded(transaction, sessions))
  await inBatches('apiTokens', (transaction) => purgeEnded(transaction, apiTokens))
  return purged
}

async function unlessOthersDo(db: Database, work: (transaction: Database) => Promise<number>): Promise<number> {
  return inTransaction(db, async (transaction) => {
    const [lock] = await transaction.$queryRaw<{ taken: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(${PURGE_LOCK}::bigint) AS taken`
    return lock?.taken === true ? work(transaction) : 0
  })
}

async function purgeOld(transaction: Database, { table }: Kind): Promise<number> {
  // Their users first, as whoever changes several of a user's rows does; a restored row is then no longer old.
  const locked = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM users
    WHERE id IN (SELECT user_id FROM ${table} WHERE ${isOld} ORDER BY deleted_at LIMIT ${BATCH})
    ORDER BY id FOR NO KEY UPDATE`
  return removeTombstones(
    transaction,
    table,
    Prisma.sql`
      SELECT user_id, id FROM ${table}
      WHERE ${isOld} AND user_id = ANY(${locked.map(({ id }) => id)}::uuid[])
      ORDER BY deleted_at LIMIT ${BATCH}`,
  )
}

/** By the rows themselves: a counter that is wrong costs nobody their trash. */
async function purgeExcess(
  transaction: Database,
  { table }: Kind,
  { id, kept }: { id: string; kept: number },
): Promise<number> {
  if (!(await lockUser(transaction, id))) return 0
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

async function purgeEnded(transaction: Database, ending: Ending): Promise<number> {
  // In the order of the index, which is looked at in no other way where nobody has counted yet how many have ended.
  return transaction.$executeRaw`
    DELETE FROM ${ending.table} WHERE (user_id, id) IN (
      SELECT user_id, id FROM ${ending.table} WHERE ${endedLongAgo(ending)} ORDER BY ${ending.ended} LIMIT ${BATCH}
    )`
}
