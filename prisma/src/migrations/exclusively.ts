import { setTimeout as sleep } from 'node:timers/promises'
import type { MigrationConnection } from './connection.ts'
import { MigrationError } from './errors.ts'
import { describeBlockers, describeSessions, nameBlockers } from './lock-waits.ts'

/** Identifies Taskwire's migrations among the advisory locks of a server: the ASCII codes of "task". */
const MIGRATION_LOCK = 0x7461736b
/** Milliseconds between two lines about the same wait. */
const TELL = 10_000

/**
 * Runs the work while no other process migrates this database. The lock belongs to the session that migrates: it is
 * kept for as long as a statement runs there, also when the process that asked for it has been killed. It is asked for
 * again and again, never waited for: a statement that waits has a snapshot, and CREATE INDEX CONCURRENTLY would wait
 * for that in turn.
 */
export async function exclusively<T>(
  connection: MigrationConnection,
  { patience, tell }: { patience: number; tell(line: string): void },
  work: () => Promise<T>,
): Promise<T> {
  const { bystander } = connection
  const deadline = Date.now() + patience
  for (let toldAt = 0; !(await tryLock(connection)); ) {
    if (Date.now() >= deadline || Date.now() - toldAt >= TELL) {
      toldAt = Date.now()
      const holders = bystander === null ? [] : await describeSessions(bystander, HOLDERS)
      if (toldAt < deadline)
        tell(`Waiting for another process that is migrating this database: ${nameBlockers(holders)}`)
      else {
        throw new MigrationError(
          `Another process is migrating this database: ${describeBlockers(holders)}. Wait for it or end it, and run this again`,
        )
      }
    }
    const milliseconds = 100 + Math.random() * 200
    await sleep(milliseconds)
  }
  try {
    return await work()
  } finally {
    // A session that has died has given it back already.
    await connection.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`).catch(() => {})
  }
}

const HOLDERS = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = ${MIGRATION_LOCK}
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

async function tryLock({ query }: MigrationConnection): Promise<boolean> {
  const { rows } = await query(`SELECT pg_try_advisory_lock(${MIGRATION_LOCK}) AS locked`)
  return rows[0]?.['locked'] === true
}
