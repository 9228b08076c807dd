import { databaseMessage, isForbidden, isRefusedData, type OpenDatabase, Prisma } from '@taskwire/prisma'
import { restartFeeds } from '../feed/restart-feeds.ts'
import { ArchiveError } from './archive-error.ts'
import { currentMigration } from './current-migration.ts'
import type { ArchiveCounts, ArchiveSummary } from './format.ts'
import { type CheckedRecord, readArchive } from './read-archive.ts'
import { type ArchiveKindName, archiveKindNames, archiveKinds, columnOf, fieldsOf } from './records.ts'

/** Characters of JSON in all statements that are sent together. Prisma remembers its last 100 with their values, to debug. */
const BATCH = 200_000

export interface ImportOptions {
  /** Called about once for some hundred records. */
  onProgress?: (progress: { counts: ArchiveCounts }) => void
  /** See `restartFeeds`. */
  above?: number | undefined
}

/**
 * Loads an archive into a database that is empty, all of it or nothing: in one transaction, which ends when the archive has
 * turned out to be whole. Who can read the archive twice calls `verifyArchive` before. Rows come as they were,
 * with their versions and dates; then every client starts over, since nothing of what it has seen has to be there.
 *
 * @param lines as `exportArchive` makes them, or `readLines`
 * @throws ArchiveError for an archive that is not whole, a database that is not empty or of another schema, or a row that
 * the database refuses; VersionsUsedUpError
 */
export async function importArchive(
  target: OpenDatabase,
  lines: AsyncIterable<string>,
  { onProgress = () => {}, above }: ImportOptions = {},
): Promise<ArchiveSummary> {
  await currentMigration(target)
  try {
    return await target.longTransaction(async (transaction) => {
      await refuseRows(transaction)
      await switchTriggers(transaction, 'DISABLE')
      const summary = await load(transaction, { records: readArchive(lines), onProgress })
      await switchTriggers(transaction, 'ENABLE')
      await countRows(transaction)
      await restartFeeds(transaction, { above })
      // Nobody does it for the embedded database, and a server only in a while.
      await transaction.$executeRaw`ANALYZE ${tables}`
      return summary
    })
  } catch (error) {
    throw explained(error)
  }
}

function explained(cause: unknown): unknown {
  if (isRefusedData(cause)) {
    return new ArchiveError(`The database refuses what the archive holds: ${databaseMessage(cause)}`, { cause })
  }
  if (isForbidden(cause)) {
    return new ArchiveError(`Import as the role that migrates, which owns the tables: ${databaseMessage(cause)}`, {
      cause,
    })
  }
  return cause
}

const tables = Prisma.join(archiveKindNames.map((kind) => tableOf(kind)))

function tableOf(kind: ArchiveKindName): Prisma.Sql {
  return Prisma.raw(archiveKinds[kind].table)
}

/** Those who write wait from here on. */
async function refuseRows(transaction: Prisma.TransactionClient): Promise<void> {
  await transaction.$executeRaw`LOCK TABLE ${tables} IN SHARE ROW EXCLUSIVE MODE`
  const [found] = await transaction.$queryRaw<{ rows: boolean }[]>`
    SELECT EXISTS (SELECT FROM users) OR EXISTS (SELECT FROM external_deletions) AS rows`
  if (found?.rows === false) return
  throw new ArchiveError('The database is not empty: import into a new one, after `pnpm taskwire migrate up`')
}

/** Those that stamp versions and count; not those of foreign keys. The owner of the tables may. */
async function switchTriggers(transaction: Prisma.TransactionClient, action: 'DISABLE' | 'ENABLE'): Promise<void> {
  for (const kind of archiveKindNames) {
    await transaction.$executeRaw`ALTER TABLE ${tableOf(kind)} ${Prisma.raw(action)} TRIGGER USER`
  }
}

async function load(
  transaction: Prisma.TransactionClient,
  { records, onProgress }: Required<Pick<ImportOptions, 'onProgress'>> & { records: ReturnType<typeof readArchive> },
): Promise<ArchiveSummary> {
  const waiting = Object.fromEntries(archiveKindNames.map((kind) => [kind, []])) as unknown as Record<
    ArchiveKindName,
    string[]
  >
  let characters = 0
  // In the order of the foreign keys: what is referred to goes first.
  const insert = async () => {
    for (const kind of archiveKindNames) {
      const rows = waiting[kind]
      if (rows.length > 0) await insertRows(transaction, { kind, json: `[${rows.join()}]` })
      waiting[kind] = []
    }
    characters = 0
  }
  try {
    for (;;) {
      const next = await records.next()
      if (next.done === true) {
        await insert()
        return next.value
      }
      const json = toJson(next.value)
      waiting[next.value.kind].push(json)
      characters += json.length
      if (characters < BATCH) continue
      await insert()
      onProgress({ counts: next.value.counts })
    }
  } catch (error) {
    // Whoever makes the lines is told that no more are wanted.
    await records.return(undefined as never)
    throw error
  }
}

function toJson({ row, userId }: CheckedRecord): string {
  const columns: Record<string, unknown> = userId === null ? {} : { user_id: userId }
  for (const field in row) columns[columnOf(field)] = row[field]
  return JSON.stringify(columns)
}

async function insertRows(
  transaction: Prisma.TransactionClient,
  { kind, json }: { kind: ArchiveKindName; json: string },
): Promise<void> {
  const owner = archiveKinds[kind].owned ? ['user_id'] : []
  const columns = Prisma.raw([...owner, ...fieldsOf(kind).map(columnOf)].join())
  await transaction.$executeRaw`
    INSERT INTO ${tableOf(kind)} (${columns})
    SELECT ${columns} FROM json_populate_recordset(NULL::${tableOf(kind)}, ${json}::json)`
}

/** What the triggers would have counted. */
async function countRows(transaction: Prisma.TransactionClient): Promise<void> {
  for (const table of ['tasks', 'tags']) {
    await transaction.$executeRaw`
      UPDATE users SET ${Prisma.raw(`live_${table}`)} = counted.live, ${Prisma.raw(`deleted_${table}`)} = counted.deleted
      FROM (
        SELECT user_id, count(*) FILTER (WHERE deleted_at IS NULL) AS live,
          count(*) FILTER (WHERE deleted_at IS NOT NULL) AS deleted
        FROM ${Prisma.raw(table)} GROUP BY user_id
      ) counted
      WHERE counted.user_id = users.id`
  }
}
