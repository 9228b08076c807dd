import { type Database, inTransaction, Prisma } from '@taskwire/prisma'

/** What a purge has removed for good. */
export interface Purged {
  tasks: number
  tags: number
  sessions: number
}

/** Days for which something deleted can still be told to a client that was away, and a task restored. */
const TOMBSTONE_DAYS = 30
/** Days for which an ended session is kept, for whoever looks into what happened. */
const SESSION_DAYS = 7
/** Rows removed in one transaction. */
const BATCH = 1_000
/** Identifies purging among the advisory locks of a server: the ASCII codes of "purg". */
const PURGE_LOCK = 0x70757267

/**
 * Removes what was deleted long ago, and sessions that ended. Each user's `purgedSeq` rises to the last version that is
 * gone: a client that asks for changes since before it has to read everything again. Of several processes one does it.
 */
export async function purge(db: Database): Promise<Purged> {
  const purged: Purged = { tasks: 0, tags: 0, sessions: 0 }
  for (const kind of ['tasks', 'tags', 'sessions'] as const) {
    for (;;) {
      const count = await inTransaction(db, (transaction) => purgeBatch(transaction, kind))
      purged[kind] += count
      if (count < BATCH) break
    }
  }
  return purged
}

async function purgeBatch(transaction: Database, kind: keyof Purged): Promise<number> {
  const [lock] = await transaction.$queryRaw<{ taken: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(${PURGE_LOCK}::bigint) AS taken`
  if (lock?.taken !== true) return 0
  return kind === 'sessions' ? purgeSessions(transaction) : purgeTombstones(transaction, Prisma.raw(kind))
}

async function purgeTombstones(transaction: Database, table: Prisma.Sql): Promise<number> {
  const old = Prisma.sql`deleted_at < clock_timestamp() - make_interval(days => ${TOMBSTONE_DAYS}::int)`
  // Their users first, as whoever changes several of a user's rows does; a restored row is then no longer old.
  const locked = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM users
    WHERE id IN (SELECT user_id FROM ${table} WHERE ${old} ORDER BY deleted_at LIMIT ${BATCH})
    ORDER BY id FOR NO KEY UPDATE`
  const [removed] = await transaction.$queryRaw<{ count: number }[]>`
    WITH gone AS (
      DELETE FROM ${table}
      WHERE (user_id, id) IN (
        SELECT user_id, id FROM ${table}
        WHERE ${old} AND user_id = ANY(${locked.map(({ id }) => id)}::uuid[])
        ORDER BY deleted_at LIMIT ${BATCH}
      )
      RETURNING user_id, version
    ),
    noted AS (
      UPDATE users SET purged_seq = greatest(purged_seq, last.version)
      FROM (SELECT user_id, max(version) AS version FROM gone GROUP BY user_id) last
      WHERE users.id = last.user_id
    )
    SELECT count(*)::int AS count FROM gone`
  return removed?.count ?? 0
}

async function purgeSessions(transaction: Database): Promise<number> {
  return transaction.$executeRaw`
    DELETE FROM sessions WHERE (user_id, id) IN (
      SELECT user_id, id FROM sessions
      WHERE least(revoked_at, idle_expires_at) < clock_timestamp() - make_interval(days => ${SESSION_DAYS}::int)
      LIMIT ${BATCH}
    )`
}
