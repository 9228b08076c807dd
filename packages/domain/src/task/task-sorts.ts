import { isStorable, type TaskSort } from '@taskwire/contract'
import { Prisma } from '@taskwire/prisma'

/** How tasks are put in an order, and how a page goes on where the one before ended. */
interface SortKey {
  /** In the very form of the index: written otherwise, PostgreSQL would sort all of a user's tasks. */
  expression: Prisma.Sql
  /** The type of the expression. */
  type: Prisma.Sql
  /** Whether a text that a client has sent is such a key, as PostgreSQL writes it. */
  isKey(text: string): boolean
  /** The index that a list of live tasks is read from. */
  index: string
}

const instant = { type: Prisma.sql`timestamptz`, isKey: isInstant }

export const taskSorts: Record<TaskSort, SortKey> = {
  createdAt: { ...instant, expression: Prisma.sql`task.created_at`, index: 'tasks_by_created_at' },
  updatedAt: { ...instant, expression: Prisma.sql`task.updated_at`, index: 'tasks_by_updated_at' },
  dueAt: {
    ...instant,
    expression: Prisma.sql`coalesce(task.due_at, 'infinity')`,
    isKey: (text) => text === 'infinity' || isInstant(text),
    index: 'tasks_by_due_at',
  },
  title: {
    expression: Prisma.sql`lower(task.title) COLLATE "C"`,
    type: Prisma.sql`text`,
    isKey: (text) => text.length <= MAX_TITLE_KEY && isStorable(text),
    index: 'tasks_by_title',
  },
}

const MAX_TITLE_KEY = 1_000

const INSTANT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,3})?\+00$/
const DATE_LENGTH = 'YYYY-MM-DD'.length

/** PostgreSQL refuses 30 February and the year 0, and `Date` takes them. */
function isInstant(text: string): boolean {
  if (!INSTANT.test(text) || text < '0001') return false
  const moment = new Date(text.replace(' ', 'T').replace('+00', 'Z'))
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text.slice(0, DATE_LENGTH))
}
