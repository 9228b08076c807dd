import { MAX_VERSION } from '@taskwire/contract'
import { type Database, inTransaction } from '@taskwire/prisma'

/** What restarting the feeds has done. */
export interface RestartedFeeds {
  users: number
  /** Every change from now on has a higher one. */
  version: number
}

/** The database cannot count further: the message says so in a plain sentence. */
export class VersionsUsedUpError extends Error {
  override name = 'VersionsUsedUpError'
}

/** How far clients may be ahead of a backup whose successor nobody could look at; and what has to be left to count with. */
const MARGIN = 1_000_000
/** Users in one transaction. */
const BATCH = 5_000

/**
 * Makes every client start over, as it has to once the database has become what it was before: after that it counts on
 * from versions that clients have seen already, of changes that are no more. So each user goes on from one number that no
 * client can have seen: far past all that is counted here, and higher by one for each second since the last change of it,
 * which tells a second restore of the same backup from the first. See decision 21.
 *
 * What fails in the middle is run again.
 *
 * @param above the highest version of the database that is replaced, where it is known
 * @throws VersionsUsedUpError
 */
export async function restartFeeds(
  db: Database,
  { above = 0 }: { above?: number | undefined } = {},
): Promise<RestartedFeeds> {
  const version = await unseenVersion(db, above)
  let users = 0
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const [batch] = await inTransaction(
      db,
      (transaction) => transaction.$queryRaw<{ count: number; last: string | null }[]>`
        WITH locked AS (
          SELECT id FROM users WHERE id > ${after}::uuid ORDER BY id LIMIT ${BATCH} FOR NO KEY UPDATE
        ),
        restarted AS (
          UPDATE users SET change_seq = next.version, purged_seq = next.version
          FROM (SELECT ${version}::int AS version) next
          WHERE id IN (SELECT id FROM locked) AND change_seq < next.version
        )
        SELECT count(*)::int AS count, max(id::text) AS last FROM locked`,
    )
    users += batch?.count ?? 0
    if (batch === undefined || batch.last === null || batch.count < BATCH) return { users, version }
    after = batch.last
  }
}

/** The highest version that a client of this database can have seen. */
export async function highestVersion(db: Database): Promise<number> {
  const { _max } = await db.user.aggregate({ _max: { changeSeq: true } })
  return _max.changeSeq ?? 0
}

async function unseenVersion(db: Database, above: number): Promise<number> {
  const [counted] = await db.$queryRaw<{ seconds: number; highest: number; age: number }[]>`
    SELECT extract(epoch FROM clock_timestamp() - '2026-01-01T00:00:00Z')::float8 AS seconds,
      coalesce(max(change_seq), 0) AS highest,
      coalesce(extract(epoch FROM clock_timestamp() - greatest(max(created_at), (SELECT max(updated_at) FROM tasks))), 0)::float8
        AS age
    FROM users`
  const { seconds = 0, highest = 0, age = 0 } = counted ?? {}
  const version = Math.max(Math.floor(seconds), highest + MARGIN + Math.max(0, Math.floor(age)), above + 1)
  if (version > MAX_VERSION - MARGIN) {
    throw new VersionsUsedUpError(
      `The feeds would have to go on from version ${version}, and there is none above ${MAX_VERSION}`,
    )
  }
  return version
}
