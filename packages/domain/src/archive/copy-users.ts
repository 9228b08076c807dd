import { type Database, type OpenDatabase, Prisma } from '@taskwire/prisma'
import { bringToMemory, copyRows, dropCopies, nextPrefix, written } from './copy-rows.ts'
import { type FoundRow, readSortedTable } from './read-rows.ts'
import { type ArchiveKindName, archiveKinds, ownedKindNames } from './records.ts'

/** Some of the users, with all that is theirs, as they were at one moment. */
export interface UsersPicture extends AsyncDisposable {
  /** In the order of their keys. */
  rowsOf(kind: ArchiveKindName): AsyncGenerator<FoundRow, void, undefined>
}

/** Rows that are copied at once, or those of one user who has more: for so long nobody else can write. */
const ROWS = 5_000
/** Users among whom that many are looked for. */
const USERS = 500

/**
 * Copies the next users of the embedded database, which would hold up everybody else for as long as a transaction reads:
 * 100 000 tasks are copied in a quarter of a second, and told in four.
 *
 * @param after the last user who is not asked for
 * @param until who came later is left out: such a user may have the address of one who was copied and has gone since
 * @returns them, and the last of them; null: there are no more
 */
export async function copyUsers(
  { client, longTransaction }: OpenDatabase,
  { after, until }: { after: string | null; until: Date },
): Promise<{ picture: UsersPicture; last: string } | null> {
  const last = await findLast(client, after)
  if (last === null) return null
  const range = (column: string) => Prisma.sql`${isAfter(column, after)} AND ${Prisma.raw(column)} <= ${written(last)}`
  for (const kind of ['task', 'link'] as const) await bringToMemory(client, { kind, where: range('user_id') })

  const prefix = nextPrefix()
  await longTransaction(async (transaction) => {
    const { table, only = 'true' } = archiveKinds.user
    const isToldOf = Prisma.sql`(${Prisma.raw(only)} AND created_at <= ${until})`
    await copyRows(transaction, { kind: 'user', where: Prisma.sql`${range('id')} AND ${isToldOf}`, prefix })
    const others = Prisma.sql`SELECT id FROM ${Prisma.raw(table)} WHERE NOT ${isToldOf}`
    const theirs = Prisma.sql`${range('user_id')} AND user_id NOT IN (${others})`
    for (const kind of ownedKindNames) await copyRows(transaction, { kind, where: theirs, prefix })
  })
  const picture: UsersPicture = {
    rowsOf: (kind) => readSortedTable(client, { kind, table: prefix + archiveKinds[kind].table }),
    [Symbol.asyncDispose]: () => dropCopies(client, { kinds: ['user', ...ownedKindNames], prefix }),
  }
  return { picture, last }
}

async function findLast(db: Database, after: string | null): Promise<string | null> {
  const [found] = await db.$queryRaw<{ last: string | null }[]>`
    SELECT max(id::text) AS last FROM (
      SELECT id, sum(live_tasks + deleted_tasks) OVER (ORDER BY id) - live_tasks - deleted_tasks AS before
      FROM (SELECT * FROM users WHERE ${isAfter('id', after)} ORDER BY id LIMIT ${USERS}) next
    ) counted
    WHERE before < ${ROWS}`
  return found?.last ?? null
}

function isAfter(column: string, userId: string | null): Prisma.Sql {
  return userId === null ? Prisma.sql`true` : Prisma.sql`${Prisma.raw(column)} > ${written(userId)}`
}
