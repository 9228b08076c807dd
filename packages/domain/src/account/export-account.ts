import type { AccountExportResult, AccountRecord, Tag, Task } from '@taskwire/contract'
import { type Database, Prisma } from '@taskwire/prisma'
import { cutPage, PAGE_BYTES } from '../answer-bytes.ts'
import { selectColumns } from '../columns.ts'
import { DomainError } from '../domain-error.ts'
import { listApiTokens } from '../identity/api-tokens.ts'
import { userSelect } from '../identity/get-user.ts'
import type { Identity } from '../identity/identity.ts'
import { listSessions } from '../identity/list-sessions.ts'
import { tagColumns, tagTexts } from '../tag.ts'
import { selectTask, taskTexts } from '../task/task-columns.ts'
import { type AccountCursor, decodeAccountCursor, encodeAccountCursor } from './account-cursor.ts'

/** Rows of a page, whichever comes first. */
const LIMIT = 1_000

/** Bytes of JSON: a page has room for some of both, and for the account itself. */
const TAG_BYTES = PAGE_BYTES / 4
const TASK_BYTES = PAGE_BYTES / 2

export interface AccountPage {
  userId: string
  /** Where the page before ended; absent for the first. */
  cursor?: string | null | undefined
  /** Whose sessions, API tokens and other ways to sign in are told, as to a person; null for a tool, which is told none. */
  person: { sessionId: string | null } | null
}

/**
 * A page of all that is a user's own: the account, then tags and tasks by id, deleted ones too. No password, no token, and
 * nothing of anybody else.
 *
 * @throws DomainError VALIDATION_FAILED for a text that is no cursor; SESSION_REVOKED when the account has just been deleted
 */
export async function exportAccount(
  db: Database,
  identity: Pick<Identity, 'policy'>,
  { userId, cursor, person }: AccountPage,
): Promise<AccountExportResult> {
  const after = cursor == null ? null : decodeAccountCursor(cursor)
  const found = await db.user.findFirst({
    where: { id: userId, deletedAt: null },
    select: { ...userSelect, changeSeq: true },
  })
  if (found === null) throw new DomainError('SESSION_REVOKED')
  const { changeSeq: version, ...user } = found

  const records: AccountRecord[] = []
  if (after === null) {
    records.push({ type: 'user', user })
    if (person !== null) records.push(...(await readAccess(db, identity, { userId, ...person })))
  }
  let next: AccountCursor | null = after ?? { kind: 'tag', id: null }
  if (next.kind === 'tag') {
    const { rows, more } = await readTags(db, userId, next.id)
    records.push(...rows.map((tag): AccountRecord => ({ type: 'tag', tag })))
    next = more ? { kind: 'tag', id: rows.at(-1)?.id ?? null } : { kind: 'task', id: null }
  }
  if (next.kind === 'task') {
    const { rows, more } = await readTasks(db, userId, next.id)
    records.push(...rows.map((task): AccountRecord => ({ type: 'task', task })))
    next = more ? { kind: 'task', id: rows.at(-1)?.id ?? null } : null
  }
  return { records, nextCursor: next === null ? null : encodeAccountCursor(next), version }
}

async function readAccess(
  db: Database,
  identity: Pick<Identity, 'policy'>,
  { userId, sessionId }: { userId: string; sessionId: string | null },
): Promise<AccountRecord[]> {
  const externalIdentities = await db.externalIdentity.findMany({
    where: { userId },
    orderBy: [{ issuer: 'asc' }, { subject: 'asc' }],
    select: { issuer: true, subject: true },
  })
  const sessions = await listSessions(db, identity, { userId, sessionId })
  const apiTokens = await listApiTokens(db, userId)
  return [
    ...externalIdentities.map((externalIdentity): AccountRecord => ({ type: 'externalIdentity', externalIdentity })),
    ...sessions.map((session): AccountRecord => ({ type: 'session', session })),
    ...apiTokens.map((apiToken): AccountRecord => ({ type: 'apiToken', apiToken })),
  ]
}

interface Page<Row> {
  rows: Row[]
  more: boolean
}

async function readTags(db: Database, userId: string, after: string | null): Promise<Page<Tag>> {
  const page = cutPage(byId('tags', userId, after), {
    order: Prisma.sql`id`,
    texts: Object.values(tagTexts),
    pageBytes: TAG_BYTES,
  })
  return toPage(
    await db.$queryRaw<
      (Tag & { more: boolean })[]
    >`SELECT ${selectColumns(tagColumns, 'tag')}, more FROM (${page}) tag`,
  )
}

async function readTasks(db: Database, userId: string, after: string | null): Promise<Page<Task>> {
  const page = cutPage(byId('tasks', userId, after), {
    order: Prisma.sql`id`,
    texts: Object.values(taskTexts),
    pageBytes: TASK_BYTES,
  })
  return toPage(await db.$queryRaw<(Task & { more: boolean })[]>`SELECT ${selectTask}, tags, more FROM (${page}) task`)
}

/** In SQL: the user's rows that follow, and one more, by which it shows that a page is not the last. */
function byId(table: 'tags' | 'tasks', userId: string, after: string | null): Prisma.Sql {
  return Prisma.sql`
    SELECT * FROM ${Prisma.raw(table)}
    WHERE user_id = ${userId}::uuid ${after === null ? Prisma.empty : Prisma.sql`AND id > ${after}::uuid`}
    ORDER BY id LIMIT ${LIMIT + 1}`
}

function toPage<Row extends { more: boolean }>(found: Row[]): Page<Omit<Row, 'more'>> {
  const rows = found.slice(0, LIMIT)
  return { rows: rows.map(({ more: _more, ...row }) => row), more: rows.at(-1)?.more === true }
}
