import type { Task, TaskCreateInput } from '@taskwire/contract'
import { Prisma } from '@taskwire/prisma'
import { selectColumns, type TextField } from '../columns.ts'

/** The column of each field of a task; its tags are rows of their own. */
export const taskColumns = {
  id: 'id',
  title: 'title',
  description: 'description',
  completed: 'completed',
  completedAt: 'completed_at',
  dueAt: 'due_at',
  version: 'version',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  deletedAt: 'deleted_at',
} as const satisfies Record<keyof Omit<Task, 'tags'>, string>

/** In SQL: what `Task` tells of a relation called `task`, which must have all columns of the table. */
export const selectTask = selectColumns(taskColumns, 'task')

/** The columns that can be long, so that a page of tasks may end before its limit. */
export const taskTexts = {
  title: Prisma.sql`title`,
  description: Prisma.sql`description`,
} satisfies Record<TextField<Task>, Prisma.Sql>

/** What a user writes of a task, its tags apart. */
export type TaskContent = Omit<TaskCreateInput, 'id' | 'tagIds'>

/** How each of these fields is written: the type of its column, and what a new task has when nothing is said of it. */
const written = {
  title: { type: 'text', absent: null },
  description: { type: 'text', absent: null },
  completed: { type: 'boolean', absent: false },
  dueAt: { type: 'timestamptz', absent: null },
} as const satisfies Record<keyof TaskContent, { type: string; absent: unknown }>

const fields = Object.keys(written) as (keyof TaskContent)[]

/** In SQL: the columns of a new task's content, and the values for them. */
export function insertContent(content: TaskContent): { columns: Prisma.Sql; values: Prisma.Sql } {
  return {
    columns: Prisma.join(fields.map((field) => Prisma.raw(taskColumns[field]))),
    values: Prisma.join(fields.map((field) => cast(field, content[field] ?? written[field].absent))),
  }
}

/** In SQL: assignments of what is given. Of nothing, for a change of the tags alone: one that lets the trigger stamp the task. */
export function assignContent(content: Partial<TaskContent>): Prisma.Sql {
  const given = fields.filter((field) => content[field] !== undefined)
  if (given.length === 0) return Prisma.sql`version = version`
  return Prisma.join(
    given.map((field) => Prisma.sql`${Prisma.raw(taskColumns[field])} = ${cast(field, content[field])}`),
  )
}

function cast(field: keyof TaskContent, value: unknown): Prisma.Sql {
  return Prisma.sql`${value}::${Prisma.raw(written[field].type)}`
}
