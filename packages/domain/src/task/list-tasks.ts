import type { Task, TaskListQuery, TaskListResult } from '@taskwire/contract'
import { type Database, inTransaction, isLostConnection, Prisma } from '@taskwire/prisma'
import { cutPage, PAGE_BYTES } from '../answer-bytes.ts'
import { DomainError } from '../domain-error.ts'
import { selectTask, taskTexts } from './task-columns.ts'
import { decodeCursor, encodeCursor, type Paging } from './task-cursor.ts'
import { taskSorts } from './task-sorts.ts'

/** Milliseconds that a search has for its page, and as many for its total: it reads every task of the user. */
const SEARCH_TIMEOUT = 1_000

/**
 * A page of the user's tasks that match every filter. Pages follow by keyset, so that a page far into the list costs what
 * the first one costs, and tasks that come or go in between move no other task across the border. A page ends by bytes
 * too, and its cursor leads on; one by offset is whole or refused, since whoever adds `limit` would skip the rest.
 *
 * @throws DomainError VALIDATION_FAILED for a cursor of another list; PAYLOAD_TOO_LARGE for too long a page by offset
 */
export async function listTasks(db: Database, userId: string, query: TaskListQuery): Promise<TaskListResult> {
  if (query.search === undefined) return readPage(db, userId, query)
  const search = () =>
    inTransaction(db, async (transaction) => {
      await transaction.$executeRaw`SELECT set_config('statement_timeout', ${String(SEARCH_TIMEOUT)}, true)`
      return readPage(transaction, userId, query)
    })
  return search().catch((error: unknown) => {
    // It only reads: once more, on another connection.
    if (isLostConnection(error)) return search()
    throw error
  })
}

async function readPage(db: Database, userId: string, query: TaskListQuery): Promise<TaskListResult> {
  const { limit, sort, order, offset = 0 } = query
  const key = taskSorts[sort]
  const matching = matches(userId, query)
  const direction = order === 'asc' ? Prisma.sql`ASC` : Prisma.sql`DESC`

  const inOrder = Prisma.sql`
    SELECT task.*, ${key.expression} AS place
    FROM tasks task
    WHERE ${matching} ${afterCursor(query)}
    ORDER BY ${key.expression} ${direction}, task.id ${direction}
    LIMIT ${limit + 1} OFFSET ${offset}`
  const ofOnePage = cutPage(inOrder, {
    order: Prisma.sql`place ${direction}, id ${direction}`,
    texts: Object.values(taskTexts),
    pageBytes: PAGE_BYTES,
  })
  const found = await db.$queryRaw<(Task & { sortKey: string; more: boolean })[]>`
    SELECT ${selectTask}, tags, place::text AS "sortKey", more FROM (${ofOnePage}) task`
  const total = query.withTotal ? await countTasks(db, matching) : null

  const page = found.slice(0, limit)
  const last = page.at(-1)
  const hasMore = last?.more === true
  if (query.offset !== undefined && hasMore && page.length < limit) throw new DomainError('PAYLOAD_TOO_LARGE')
  return {
    items: page.map(({ sortKey: _key, more: _more, ...task }) => task),
    nextCursor: last !== undefined && hasMore ? encodeCursor({ key: last.sortKey, id: last.id }, query) : null,
    total,
  }
}

function afterCursor(query: TaskListQuery): Prisma.Sql {
  const { cursor, sort, order } = query
  if (cursor === undefined) return Prisma.empty
  const { key, id } = decodeCursor(cursor, query)
  const { expression, type } = taskSorts[sort]
  const comparison = order === 'asc' ? Prisma.sql`>` : Prisma.sql`<`
  return Prisma.sql`AND (${expression}, task.id) ${comparison} (${key}::${type}, ${id}::uuid)`
}

type Filters = Omit<TaskListQuery, Paging | 'sort' | 'order'>

/** In SQL: what each filter asks of a task. One that a query may hold and that is missing here does not compile. */
const filters: { [Name in keyof Filters]-?: (value: NonNullable<Filters[Name]>) => Prisma.Sql } = {
  deleted: (deleted) => (deleted ? Prisma.sql`task.deleted_at IS NOT NULL` : Prisma.sql`task.deleted_at IS NULL`),
  completed: (completed) => Prisma.sql`task.completed = ${completed}`,
  dueAfter: (moment) => Prisma.sql`task.due_at >= ${moment}::timestamptz`,
  dueBefore: (moment) => Prisma.sql`task.due_at < ${moment}::timestamptz`,
  search(text) {
    const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
    return Prisma.sql`(task.title ILIKE ${pattern} OR task.description ILIKE ${pattern})`
  },
  tagIds: (tagIds) => Prisma.sql`(
    SELECT count(*) FROM task_tags link
    JOIN tags tag ON tag.user_id = link.user_id AND tag.id = link.tag_id
    WHERE link.user_id = task.user_id AND link.task_id = task.id
      AND tag.id = ANY(${tagIds}::uuid[]) AND tag.deleted_at IS NULL
  ) = ${tagIds.length}`,
}

function matches(userId: string, query: TaskListQuery): Prisma.Sql {
  const conditions = [Prisma.sql`task.user_id = ${userId}::uuid`]
  for (const [name, condition] of Object.entries(filters)) {
    const value = query[name as keyof Filters]
    if (value !== undefined) conditions.push((condition as (value: unknown) => Prisma.Sql)(value))
  }
  return Prisma.join(conditions, ' AND ')
}

async function countTasks(db: Database, matching: Prisma.Sql): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM tasks task WHERE ${matching}`
  return row?.count ?? 0
}
