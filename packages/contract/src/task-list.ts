import { z } from 'zod'
import { choice, flag, ids, inputObject, instant, outputCount, wholeNumber } from './fields.ts'
import { MAX_TAGS_PER_TASK, type Task, taskSchema } from './task.ts'
import { requiredOr, text } from './text.ts'

/** What `task.list` can sort by. */
export type TaskSort = 'createdAt' | 'updatedAt' | 'dueAt' | 'title'

/** Which way `task.list` sorts. */
export type SortOrder = 'asc' | 'desc'

/** Input of `task.list`: every filter that is given narrows the list. */
export interface TaskListInput {
  /** How many tasks a page holds at most: 1 to 100, 20 when absent. It ends earlier at 1 MB; `nextCursor` leads on. */
  limit?: number
  /** The `nextCursor` of the page before, with the same filters and sort; null or absent for the first page. */
  cursor?: string | null
  /**
   * How many tasks to skip, at most 10 000: for numbered pages, which are whole or, past 1 MB, `PAYLOAD_TOO_LARGE`. Not
   * together with `cursor`, which has no such end.
   */
  offset?: number
  /** Only completed tasks, or only those to do. */
  completed?: boolean
  /** Only tasks that have all of these tags, at most 50. */
  tagIds?: string[]
  /** Only tasks that contain this text, at most 200 code points after trimming; empty counts as absent. */
  search?: string
  /** Only tasks due at this moment or later. */
  dueAfter?: Date
  /** Only tasks due before this moment. */
  dueBefore?: Date
  /** True lists the trash instead of the live tasks. */
  deleted?: boolean
  /** `createdAt` when absent. */
  sort?: TaskSort
  /** `desc` when absent. */
  order?: SortOrder
  /** Whether to count all tasks that match, which costs a second query. */
  withTotal?: boolean
  /** What tRPC's infinite queries add by themselves; pages go forward only. */
  direction?: 'forward'
}

/** What `task.list` is asked once defaults are filled in. */
export interface TaskListQuery {
  limit: number
  cursor?: string
  offset?: number
  completed?: boolean
  tagIds?: string[]
  search?: string
  /** Inclusive. */
  dueAfter?: Date
  /** Exclusive. */
  dueBefore?: Date
  deleted: boolean
  sort: TaskSort
  order: SortOrder
  withTotal: boolean
}

/** A page of tasks. */
export interface TaskListResult {
  items: Task[]
  /** To send as `cursor` for the next page, also after a short one; null on the last. */
  nextCursor: string | null
  /** How many tasks match on all pages; null unless `withTotal` was asked. */
  total: number | null
}

/** Longer than any cursor the server makes: it holds at most a title of 200 code points, an id and the query's shape. */
const MAX_CURSOR_LENGTH = 2_048

const NOT_A_CURSOR = 'Not a valid cursor: send the nextCursor of the page before'

function cursor() {
  return z
    .string({ error: requiredOr('Cursor', NOT_A_CURSOR) })
    .max(MAX_CURSOR_LENGTH, NOT_A_CURSOR)
    .regex(/^[\x21-\x7e]+$/, NOT_A_CURSOR)
    .nullable()
}

/** The schema of {@link TaskListInput}; parsing fills in the defaults and gives a {@link TaskListQuery}. */
export const taskListInputSchema: z.ZodType<TaskListQuery, TaskListInput | undefined> = inputObject({
  limit: wholeNumber({ label: 'Limit', min: 1, max: 100 })
    .default(20)
    .describe('How many tasks a page holds at most; it ends earlier at 1 MB, and `nextCursor` leads on.'),
  cursor: cursor()
    .optional()
    .describe(
      'The `nextCursor` of the page before, with the same filters and sort; null or absent for the first page.',
    ),
  offset: wholeNumber({ label: 'Offset', min: 0, max: 10_000 })
    .optional()
    .describe(
      'How many tasks to skip, for numbered pages; not together with `cursor`. Such a page is whole or, past 1 MB, `PAYLOAD_TOO_LARGE`: ask for fewer tasks.',
    ),
  completed: flag('Completed').optional().describe('Only completed tasks, or only those to do.'),
  tagIds: ids('Tags', { max: MAX_TAGS_PER_TASK })
    .optional()
    .describe('Only tasks that have all of these tags, at most 50.'),
  search: text({ label: 'Search', max: 200 })
    .optional()
    .describe('Only tasks that contain this text, at most 200 code points after trimming; empty counts as absent.'),
  dueAfter: instant('Due after').optional().describe('Only tasks due at this moment or later.'),
  dueBefore: instant('Due before').optional().describe('Only tasks due before this moment.'),
  deleted: flag('Deleted').default(false).describe('True lists the trash instead of the live tasks.'),
  sort: choice('Sort', ['createdAt', 'updatedAt', 'dueAt', 'title']).default('createdAt').describe('What to sort by.'),
  order: choice('Order', ['asc', 'desc']).default('desc').describe('Ascending or descending.'),
  withTotal: flag('Total')
    .default(false)
    .describe('Whether to count all tasks that match, which costs a second query.'),
  direction: z
    .literal('forward', 'Pages go forward only')
    .optional()
    .describe('Added by infinite queries of tRPC; pages go forward only.'),
})
  .refine(({ cursor, offset }) => cursor == null || offset === undefined, {
    path: ['offset'],
    error: 'Send either cursor or offset, not both',
  })
  .refine(({ dueAfter, dueBefore }) => !dueAfter || !dueBefore || dueAfter < dueBefore, {
    path: ['dueBefore'],
    error: 'Due before must be later than due after',
  })
  .transform(({ direction, cursor, search, ...query }) => ({
    ...query,
    cursor: cursor ?? undefined,
    search: search || undefined,
  }))
  .prefault({})

/** The schema of {@link TaskListResult}. */
export const taskListResultSchema: z.ZodType<TaskListResult, TaskListResult> = z.object({
  items: z.array(taskSchema).describe('The tasks of this page.'),
  nextCursor: z
    .string()
    .nullable()
    .describe(
      'To send as `cursor` for the next page, also after a page with fewer tasks than `limit`; null on the last.',
    ),
  total: outputCount().nullable().describe('How many tasks match on all pages; null unless `withTotal` was asked.'),
})
