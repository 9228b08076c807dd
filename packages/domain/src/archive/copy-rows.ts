import { setImmediate } from 'node:timers/promises'
import { type Database, Prisma } from '@taskwire/prisma'
import { type ArchiveKindName, archiveKinds, columnOf, fullKeyOf, keyColumns } from './records.ts'

/** In SQL: which rows of a kind. */
export interface Part {
  kind: ArchiveKindName
  where: Prisma.Sql
}

/** Two archives may be made at once, and the embedded database has one session for all. */
let copies = 0

/** What the tables of one copy are called, each by its own name after that. */
export function nextPrefix(): string {
  copies += 1
  return `archive_${copies}_`
}

/** Copies rows, in the order of their keys, into a table that is gone with the session. */
export async function copyRows(
  transaction: Database,
  { kind, where, prefix }: Part & { prefix: string },
): Promise<void> {
  const { table } = archiveKinds[kind]
  // Read by their index they are in order already: sorting them takes twice as long.
  await transaction.$executeRaw`SET LOCAL enable_sort = off`
  await transaction.$executeRaw`
    CREATE TEMP TABLE ${Prisma.raw(prefix + table)} AS
    SELECT * FROM ${Prisma.raw(table)} WHERE ${where} ORDER BY ${keyColumns(kind)}`
}

export async function dropCopies(
  db: Database,
  { kinds, prefix }: { kinds: readonly ArchiveKindName[]; prefix: string },
): Promise<void> {
  await db.$executeRaw`DROP TABLE ${Prisma.join(kinds.map((kind) => Prisma.raw(prefix + archiveKinds[kind].table)))}`
}

/** Rows in one statement. */
const PAGE = 5_000

/**
 * Reads rows, some at a time: were they copied from the disk, nobody could write for four times as long. What the embedded
 * database is asked for is there at once, so others have a turn where they are let have one.
 */
export async function bringToMemory(db: Database, { kind, where }: Part): Promise<void> {
  const [[first = ''] = [], [second = ''] = []] = fullKeyOf(kind)
  const [owner, id] = [Prisma.raw(columnOf(first)), Prisma.raw(columnOf(second))]
  let place = Prisma.sql`true`
  for (;;) {
    // All of each row: its key alone would be read from the index.
    const [read] = await db.$queryRaw<{ rows: number; owner: string | null; id: string | null }[]>`
      SELECT count(whole)::int AS rows, (max(ARRAY[${owner}, ${id}]))[1]::text AS owner,
        (max(ARRAY[${owner}, ${id}]))[2]::text AS id
      FROM (
        SELECT ${owner}, ${id}, whole FROM ${Prisma.raw(archiveKinds[kind].table)} whole
        WHERE ${where} AND ${place} ORDER BY ${owner}, ${id} LIMIT ${PAGE}
      ) page`
    await setImmediate()
    if (read === undefined || read.rows < PAGE) return
    place = Prisma.sql`(${owner}, ${id}) > (${read.owner}::uuid, ${read.id}::uuid)`
  }
}

/** The id of a user, written out: a statement that makes a table takes no parameters. */
export function written(userId: string): Prisma.Sql {
  return Prisma.raw(`'${userId}'::uuid`)
}
