import { z } from 'zod'
import { fault } from './faults.ts'
import {
  choice,
  cursor,
  flag,
  ids,
  inputObject,
  instant,
  type Named,
  outputCount,
  outputObject,
  wholeNumber,
} from './fields.ts'
import { MAX_TAGS_PER_TASK } from './limits.ts'
import { taskSchema } from './task.ts'
import { text } from './text.ts'

/** What `task.list` can sort by. */
export const taskSortNames = ['createdAt', 'updatedAt', 'dueAt', 'title'] as const

export type TaskSort = (typeof taskSortNames)[number]

/** The input of `task.list` with its fields, for forms. */
export const taskListForm = inputObject('TaskListInput', {
  limit: wholeNumber({ label: 'Limit', min: 1, max: 100 })
    .default(20)
    .describe(
      'How many tasks a page holds at most: 1 to 100, 20 when absent. It ends earlier at 1 MB; `nextCursor` leads on.',
    ),
  cursor: cursor()
    .optional()
    .describe(
      'The `nextCursor` of the page before, with the same filters and sort; null or absent for the first page.',
    ),
  offset: wholeNumber({ label: 'Offset', min: 0, max: 10_000 })
    .optional()
    .describe(
      'How many tasks to skip, at most 10 000: for numbered pages, which are whole or, past 1 MB, `PAYLOAD_TOO_LARGE`. Not together with `cursor`, which has no such end.',
    ),
  completed: flag('Completed').optional().describe('Only completed tasks, or only those to do.'),
  tagIds: ids('Tags', { max: MAX_TAGS_PER_TASK })
    .optional()
    .describe(`Only tasks that have all of these tags, at most ${MAX_TAGS_PER_TASK}; none counts as absent.`),
  search: text({ label: 'Search', max: 200 })
    .optional()
    .describe('Only tasks that contain this text, at most 200 code points after trimming; empty counts as absent.'),
  dueAfter: instant('Due after').optional().describe('Only tasks due at this moment or later.'),
  dueBefore: instant('Due before').optional().describe('Only tasks due before this moment.'),
  deleted: flag('Deleted').default(false).describe('True lists the trash instead of the live tasks.'),
  sort: choice('Sort', taskSortNames).default('createdAt').describe('`createdAt` when absent.'),
  order: choice('Order', ['asc', 'desc']).default('desc').describe('`desc` when absent.'),
  withTotal: flag('Total')
    .default(false)
    .describe('Whether to count all tasks that match, which costs a second query.'),
  direction: z
    .literal('forward', { error: fault('FORWARD_ONLY', {}) })
    .optional()
    .describe('What infinite queries of tRPC add by themselves; pages go forward only.'),
})

/** Input of `task.list`: every filter that is given narrows the list. */
export interface TaskListInput extends z.input<typeof taskListForm> {}

const taskListQuery = taskListForm
  .refine(({ cursor, offset }) => cursor == null || offset === undefined, {
    path: ['offset'],
    error: fault('CURSOR_AND_OFFSET', {}),
  })
  .refine(({ dueAfter, dueBefore }) => !dueAfter || !dueBefore || dueAfter < dueBefore, {
    path: ['dueBefore'],
    error: fault('NOT_LATER', { label: 'Due before', than: 'Due after' }),
  })
  .transform(({ direction, cursor, search, tagIds, ...query }) => ({
    ...query,
    cursor: cursor ?? undefined,
    search: search || undefined,
    tagIds: tagIds?.length === 0 ? undefined : tagIds,
  }))

/** What `task.list` is asked once defaults are filled in. */
export interface TaskListQuery extends z.output<typeof taskListQuery> {}

/** Which way `task.list` sorts. */
export type SortOrder = TaskListQuery['order']

export const taskListInputSchema: Named<TaskListQuery, TaskListInput | undefined> = taskListQuery.prefault({})

const taskListResult = outputObject('TaskListResult', {
  items: z.array(taskSchema).describe('The tasks of this page.'),
  nextCursor: z
    .string()
    .nullable()
    .describe('To send as `cursor` for the next page, also after a short one; null on the last.'),
  total: outputCount().nullable().describe('How many tasks match on all pages; null unless `withTotal` was asked.'),
})

/** A page of tasks. */
export interface TaskListResult extends z.infer<typeof taskListResult> {}

export const taskListResultSchema: Named<TaskListResult> = taskListResult
