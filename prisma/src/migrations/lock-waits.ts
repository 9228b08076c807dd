import { setTimeout as sleep } from 'node:timers/promises'
import type { Bystander, MigrationConnection } from './connection.ts'
import { MigrationError } from './errors.ts'

/**
 * Milliseconds that a statement waits for a lock. Whoever asks for the table meanwhile waits behind it, readers too:
 * they have 1.5 s before they are refused, and a search 1 s.
 */
const LOCK_TIMEOUT = 500
/** Goes before whatever takes locks that could hold others up. */
export const LIMIT_LOCKS = `SET LOCAL lock_timeout = ${LOCK_TIMEOUT};\n`

/** Milliseconds between two looks at who is in the way: several fit into one wait. */
const LOOK = 100
/** Milliseconds between two lines about the same wait. */
const TELL = 10_000

/** How many of those in the way are described. */
const NAMED = 3
/** Characters of a query that are shown. */
const SHOWN = 80

/** Of one migration: its name, for how many milliseconds it tries for a lock, and who is told what goes on. */
export interface Attempt {
  name: string
  patience: number
  tell(line: string): void
}

interface Blocker {
  pid: number
  /** Whether it waits for the migration in turn. */
  inCircle: boolean
  /** Of its transaction: a process that has begun another one is no longer in the way. */
  transaction: string
  description: string
}

/**
 * Runs work that takes place whole or not at all, again and again until it gets its locks: after a wait in vain it
 * stands back until those who were in the way have ended, so that nobody else waits behind it.
 *
 * @throws MigrationError naming them when they have not ended within the attempt's patience; whatever else the work
 *   throws
 */
export async function retryLocks<T>(
  connection: MigrationConnection,
  { name, patience, tell }: Attempt,
  work: () => Promise<T>,
): Promise<T> {
  const { bystander } = connection
  const deadline = Date.now() + patience
  const toldAt = { time: 0 }
  for (;;) {
    let blockers: Blocker[] = []
    const look = async () => {
      const seen = bystander === null ? [] : await readBlockers(bystander)
      if (seen.length > 0) blockers = seen
    }
    try {
      return await meanwhile(LOOK, look, work)
    } catch (error) {
      if (!isLockConflict(error)) throw error
      if (bystander !== null) await standBack({ bystander, blockers, deadline, toldAt, name, tell })
      if (Date.now() < deadline) continue
      throw new MigrationError(
        `Migration ${name} has not got its locks within ${Math.round(patience / 1_000)} s, and nothing of it has taken place. In the way: ${describeBlockers(blockers)}. Wait for them or end them, and run it again`,
        { cause: error },
      )
    }
  }
}

/** Runs the work, and looks at it again and again until it has ended. */
export async function meanwhile<T>(interval: number, look: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const ended = new AbortController()
  const looking = (async () => {
    for (;;) {
      await sleep(interval, undefined, { signal: ended.signal })
      await look()
    }
  })().catch(() => {
    // The work has ended, or cannot be looked at any more: neither is a reason for it to fail.
  })
  try {
    return await work()
  } finally {
    ended.abort()
    await looking
  }
}

/** Waits until none of them is in the transaction that was in the way, or until the deadline. */
async function standBack(wait: {
  bystander: Bystander
  blockers: Blocker[]
  deadline: number
  toldAt: { time: number }
  name: string
  tell(line: string): void
}): Promise<void> {
  const { bystander, blockers, deadline, toldAt, name, tell } = wait
  const transactions = blockers.map(({ transaction }) => transaction)
  while (Date.now() < deadline) {
    if (Date.now() - toldAt.time >= TELL) {
      toldAt.time = Date.now()
      tell(
        `${name} waits for a lock, and lets the others go on meanwhile. In the way: ${describeBlockers(blockers)}. It tries for ${Math.ceil((deadline - toldAt.time) / 1_000)} s more`,
      )
    }
    // Several that try again must not do so in step.
    const milliseconds = 200 + Math.random() * 300
    await sleep(Math.min(milliseconds, Math.max(0, deadline - Date.now())))
    const left = await bystander.query(
      `SELECT 1 FROM pg_locks WHERE locktype = 'virtualxid' AND granted AND virtualxid = ANY($1::text[])`,
      [transactions],
    )
    if (left.length === 0) return
  }
}

/** Whom the migrating session waits for at this moment, the longest at it first. */
export function readBlockers(bystander: Bystander): Promise<Blocker[]> {
  return describeSessions(
    bystander,
    `SELECT DISTINCT blocker FROM pg_stat_activity, unnest(pg_blocking_pids(pid)) AS blocker
     WHERE pid = $1 AND wait_event_type = 'Lock'`,
  )
}

/** The sessions whose process numbers the query selects; its $1 is the process that migrates. */
export async function describeSessions({ query, migrating }: Bystander, pids: string): Promise<Blocker[]> {
  const rows = await query(
    `SELECT pid, $1 = ANY(pg_blocking_pids(pid)) AS in_circle,
       (SELECT virtualxid FROM pg_locks WHERE pg_locks.pid = session.pid AND locktype = 'virtualxid' AND granted LIMIT 1) AS transaction,
       coalesce(nullif(application_name, ''), backend_type, 'unknown') AS application,
       coalesce(state, 'active') AS state, regexp_replace(query, '\\s+', ' ', 'g') AS query,
       extract(epoch FROM clock_timestamp() - coalesce(xact_start, query_start, backend_start))::int AS seconds
     FROM pg_stat_activity AS session WHERE pid IN (${pids}) ORDER BY xact_start`,
    [migrating],
  )
  return rows.map((row) => ({
    pid: Number(row['pid']),
    inCircle: row['in_circle'] === true,
    transaction: String(row['transaction']),
    description: `pid ${row['pid']} (${row['application']}, ${row['state']}, for ${row['seconds'] ?? '?'} s): ${shorten(String(row['query'] ?? ''))}`,
  }))
}

/** In words, with what ends them. */
export function describeBlockers(blockers: Blocker[]): string {
  if (blockers.length === 0) {
    return 'nobody who can be seen (SELECT * FROM pg_prepared_xacts shows prepared transactions)'
  }
  const advice = blockers.every(({ inCircle }) => inCircle)
    ? 'and they wait for it in turn, because it locks several tables: give each table a migration of its own'
    : `to end it: SELECT ${blockers
        .slice(0, NAMED)
        .map(({ pid }) => `pg_terminate_backend(${pid})`)
        .join(', ')}`
  return `${nameBlockers(blockers)} (${advice})`
}

/** In words, the first of them and how many there are. */
export function nameBlockers(blockers: Blocker[]): string {
  const named = blockers.slice(0, NAMED).map(({ description }) => description)
  const more = blockers.length > NAMED ? ` and ${blockers.length - NAMED} more` : ''
  return `${named.join('; ')}${more}`
}

function shorten(query: string): string {
  return query.length > SHOWN ? `${query.slice(0, SHOWN - 1)}…` : query
}

// 55P03 is a lock that was waited for in vain, 40P01 a deadlock that this session lost.
function isLockConflict(error: unknown): boolean {
  return ['55P03', '40P01'].includes(String((error as { code?: unknown }).code))
}
