import { type Database, inTransaction, isTimeout, Prisma } from '@taskwire/prisma'
import { atLeisure } from '../at-leisure.ts'

// A deleted account is refused from the moment that it is marked; what is left to do is work for the disk. It goes in
// single statements that lock rows of this account alone, which nobody else asks for.

/** Tasks of an account that is removed while its owner waits for the answer. */
const SMALL = 1_000
/** Rows that are removed by one statement: between these by how long the one before took, and fewer where it was too much. */
const LEAST_AT_ONCE = 500
const MOST_AT_ONCE = 1_000
/** Milliseconds that a statement should take. */
const WANTED = 100
/** Seconds without a statement after which whoever removed an account is believed to have died. */
const GIVEN_UP = 10
/** Identifies the removal of accounts among the advisory locks of a server: the ASCII codes of "gone". */
const REMOVAL_LOCK = 0x676f6e65

export interface RemovalOptions {
  /** Told how many tasks of the account have been removed so far. */
  onProgress?: ((tasks: number) => void) | undefined
  /** Aborted to stop after the present statement: another process goes on, or the next start. */
  signal?: AbortSignal | undefined
}

/**
 * Removes what is left of deleted accounts, one after the other; of several processes one does it, and another goes on
 * where it dies.
 *
 * @returns how many accounts it has removed
 */
export async function removeDeletedAccounts(
  db: Database,
  { signal }: Pick<RemovalOptions, 'signal'> = {},
): Promise<number> {
  for (let removed = 0; ; removed += 1) {
    const userId = signal?.aborted === true ? null : await claimAccount(db)
    if (userId === null || !(await removeClaimed(db, userId, signal))) return removed
  }
}

async function removeClaimed(db: Database, userId: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    return await removeAccount(db, userId, { signal })
  } catch (error) {
    throw new Error(`What is left of account ${userId} cannot be removed`, { cause: error })
  }
}

/**
 * Removes what is left of one deleted account, with pauses, in which others have the database.
 *
 * @returns whether nothing is left: false when it was stopped
 */
export async function removeAccount(
  db: Database,
  userId: string,
  { onProgress = () => {}, signal }: RemovalOptions = {},
): Promise<boolean> {
  let tasks = 0
  for (const table of TABLES) {
    let batch: Batch | null = FIRST_BATCH
    while (batch !== null) {
      if (signal?.aborted === true) return false
      const present: Batch = batch
      const { result, took } = await atLeisure(() => removeBatch(db, userId, { table, batch: present }), signal)
      if (table === TASKS && result !== TOO_MUCH) {
        tasks += result.rows
        onProgress(tasks)
      }
      batch =
        result === TOO_MUCH ? { ...present, size: Math.ceil(present.size / 10) } : nextBatch(present, result, took)
    }
  }
  return removeRest(db, userId)
}

/**
 * Removes an account in which there is little, at once; where that fails, it is left to `removeDeletedAccounts`.
 *
 * @returns whether nothing is left
 */
export async function removeSmallAccount(
  db: Database,
  { userId, tasks }: { userId: string; tasks: number },
): Promise<boolean> {
  if (tasks > SMALL) return false
  try {
    return await removeRest(db, userId)
  } catch {
    // The account is deleted, whatever becomes of its rows now.
    return false
  }
}

/**
 * The account whose turn it is, unless another process is at work on one: one on which nobody has been, else the one that
 * was left longest ago, so that none which cannot be removed keeps the others.
 */
async function claimAccount(db: Database): Promise<string | null> {
  return inTransaction(db, async (transaction) => {
    // Two that ask at the same moment: a lock of the transaction, since a pooler gives the session to others.
    const [lock] = await transaction.$queryRaw<{ taken: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(${REMOVAL_LOCK}::bigint) AS taken`
    if (lock?.taken !== true) return null
    const [claimed] = await transaction.$queryRaw<{ id: string }[]>`
      UPDATE users SET removal_at = clock_timestamp()
      WHERE id = (SELECT id FROM users WHERE deleted_at IS NOT NULL ORDER BY removal_at NULLS FIRST, deleted_at LIMIT 1)
        AND NOT EXISTS (
          SELECT FROM users
          WHERE deleted_at IS NOT NULL AND removal_at > clock_timestamp() - make_interval(secs => ${GIVEN_UP}::int)
        )
      RETURNING id`
    return claimed?.id ?? null
  })
}

// Tasks take their links along, and cost the least so: links that go by themselves would have their tasks looked up, to be
// told of it.
const TASKS = Prisma.sql`tasks`
const TABLES = [TASKS, Prisma.sql`tags`, Prisma.sql`sessions`, Prisma.sql`api_tokens`]

/** Rows that are to be removed by one statement, in the order of their ids: what is gone is not read again. */
interface Batch {
  /** The last id that was removed. */
  after: string
  size: number
}

const FIRST_BATCH: Batch = { after: '00000000-0000-0000-0000-000000000000', size: LEAST_AT_ONCE }

interface Removed {
  rows: number
  /** Null where there was none. */
  last: string | null
}

/** What a batch was that the database has no time for: of tasks with thousands of links each. */
const TOO_MUCH = 'too much'

async function removeBatch(
  db: Database,
  userId: string,
  rows: { table: Prisma.Sql; batch: Batch },
): Promise<Removed | typeof TOO_MUCH> {
  try {
    return await removeRows(db, userId, rows)
  } catch (error) {
    if (isTimeout(error) && rows.batch.size > 1) return TOO_MUCH
    throw error
  }
}

async function removeRows(
  db: Database,
  userId: string,
  { table, batch: { after, size } }: { table: Prisma.Sql; batch: Batch },
): Promise<Removed> {
  const [removed] = await db.$queryRaw<Removed[]>`
    WITH batch AS MATERIALIZED (
      SELECT id FROM ${table}
      WHERE user_id = ${userId}::uuid AND id > ${after}::uuid
        AND EXISTS (SELECT FROM users WHERE id = ${userId}::uuid AND deleted_at IS NOT NULL)
      ORDER BY id LIMIT ${size}
    ),
    gone AS (
      DELETE FROM ${table} USING batch WHERE ${table}.user_id = ${userId}::uuid AND ${table}.id = batch.id
    ),
    noted AS (
      UPDATE users SET removal_at = clock_timestamp() WHERE id = ${userId}::uuid AND deleted_at IS NOT NULL
    )
    SELECT count(*)::int AS rows, (SELECT id FROM batch ORDER BY id DESC LIMIT 1) AS last FROM batch`
  return removed ?? { rows: 0, last: null }
}

/**
 * A task may have few links or many: the next batch is larger or smaller by how long this one took (milliseconds). Of what
 * was too much it grows again from where it went well.
 */
function nextBatch({ size }: Batch, { rows, last }: Removed, took: number): Batch | null {
  if (last === null || rows < size) return null
  const wanted = Math.round(size * Math.min(2, WANTED / took))
  return { after: last, size: Math.min(MOST_AT_ONCE, Math.max(Math.min(LEAST_AT_ONCE, size), wanted)) }
}

/** The account itself, and what is left of its rows. @returns true */
async function removeRest(db: Database, userId: string): Promise<true> {
  await db.$executeRaw`DELETE FROM users WHERE id = ${userId}::uuid AND deleted_at IS NOT NULL`
  return true
}
