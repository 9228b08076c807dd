import type { Database, OpenDatabase } from '@taskwire/prisma'
import { ArchiveError } from './archive-error.ts'
import { copyUsers, type UsersPicture } from './copy-users.ts'
import { currentMigration } from './current-migration.ts'
import { ARCHIVE_FORMAT, noRecords } from './format.ts'
import { type FoundRow, readRows } from './read-rows.ts'
import { createRecordCheck } from './record-check.ts'
import { type ArchiveKindName, type ArchiveRow, archiveKinds, ownedKindNames } from './records.ts'
import { sealLines } from './seal-lines.ts'

/**
 * Everything that the database holds, as the lines of an archive, each with its line feed: docs/operations/archive-format.md.
 * What is in memory is some hundred rows. On a server all is as it was at one moment, while others write on; on
 * the embedded database each user is, and whoever else uses it has turns in between.
 *
 * @throws ArchiveError where the schema is not that of this program, or a row holds what the format cannot say
 */
export async function* exportArchive(source: OpenDatabase): AsyncGenerator<string, void, undefined> {
  const migration = await currentMigration(source)
  const header = {
    product: 'taskwire',
    format: ARCHIVE_FORMAT,
    scope: 'everything',
    createdAt: new Date().toISOString(),
    migration,
  } as const
  yield* sealLines(header, checked(readEverything(source)), noRecords())
}

type ArchiveRecord = { type: ArchiveKindName } & ArchiveRow

async function* readEverything(source: OpenDatabase): AsyncGenerator<ArchiveRecord, void, undefined> {
  if (source.kind === 'embedded') {
    const until = await presentTime(source.client)
    let after: string | null = null
    for (;;) {
      const next = await copyUsers(source, { after, until })
      if (next === null) break
      after = next.last
      await using picture = next.picture
      yield* readUsers(picture)
    }
    yield* readNobodys(source.client)
    return
  }
  await using snapshot = await source.snapshot()
  yield* readUsers({ rowsOf: (kind) => readRows(snapshot.db, kind) })
  yield* readNobodys(snapshot.db)
}

/** By the database's clock. */
async function presentTime(db: Database): Promise<Date> {
  const [present] = await db.$queryRaw<{ time: Date }[]>`SELECT clock_timestamp() AS time`
  return present?.time ?? new Date()
}

async function* readNobodys(db: Database): AsyncGenerator<ArchiveRecord, void, undefined> {
  const kind = 'externalDeletion'
  for await (const { row } of readRows(db, kind)) yield { type: kind, ...row }
}

/** All tables are read side by side, in the order of the users: a statement for each of many small users would take long. */
async function* readUsers({ rowsOf }: Pick<UsersPicture, 'rowsOf'>): AsyncGenerator<ArchiveRecord, void, undefined> {
  const tables = ownedKindNames.map((kind) => ({ kind, rows: withFirst(rowsOf(kind)) }))
  for await (const { row } of rowsOf('user')) yield* readUser({ id: String(row['id']), row }, tables)
}

async function* readUser(
  { id, row }: { id: string; row: ArchiveRow },
  tables: { kind: ArchiveKindName; rows: RowsWithFirst }[],
): AsyncGenerator<ArchiveRecord, void, undefined> {
  yield { type: 'user', ...row }
  for (const { kind, rows } of tables) {
    for (;;) {
      const first = await rows.first()
      if (first === undefined || first.userId > id) break
      rows.take()
      if (first.userId === id) yield { type: kind, ...first.row }
    }
  }
}

/** Rows of which the first can be looked at before it is taken. */
interface RowsWithFirst {
  first(): Promise<FoundRow | undefined>
  take(): void
}

function withFirst(rows: AsyncGenerator<FoundRow, void, undefined>): RowsWithFirst {
  let first: FoundRow | null | undefined = null
  return {
    async first() {
      if (first === null) {
        const next = await rows.next()
        first = next.done === true ? undefined : next.value
      }
      return first
    },
    take() {
      first = null
    },
  }
}

/** @throws ArchiveError for a record that nobody could load again, such as one with a date after the year 9999 */
async function* checked(records: AsyncIterable<ArchiveRecord>): AsyncGenerator<ArchiveRecord, void, undefined> {
  const check = createRecordCheck()
  for await (const record of records) {
    if (check(record) === undefined) throw cannotBeHeld(record)
    yield record
  }
}

function cannotBeHeld({ type, ...row }: ArchiveRecord): ArchiveError {
  const field = archiveKinds[type].record.safeParse(row).error?.issues[0]?.path.join('.') ?? 'version'
  return new ArchiveError(
    `The ${type} ${row['id'] ?? row['subject'] ?? row['taskId']} cannot be exported: its ${field} is ${JSON.stringify(row[field])}, which an archive cannot hold; correct it in the database`,
  )
}
