import { z } from 'zod'
import { flag, ids, inputObject, outputCount } from './fields.ts'
import { MAX_TAGS_PER_TASK } from './task.ts'

/** Input of `task.updateMany`: at least one change, made to all of the tasks or to none. */
export interface TaskUpdateManyInput {
  /** 1 to 100 tasks; `NOT_FOUND` when the user lacks one of them. */
  ids: string[]
  /** Whether they are done. */
  completed?: boolean
  /** Tags that each task has from now on, beside its others. */
  addTagIds?: string[]
  /** Tags that no task has from now on. */
  removeTagIds?: string[]
}

/** Input of `task.deleteMany`. */
export interface TaskDeleteManyInput {
  /** 1 to 100 tasks to move to the trash; `NOT_FOUND` when the user lacks one of them. */
  ids: string[]
}

/** How many tasks were changed: all that were named. */
export interface TaskCount {
  /** As many as were named. */
  count: number
}

const MAX_TASKS = 100

function taskIds() {
  return ids('Tasks', { min: 1, max: MAX_TASKS })
}

/** The schema of {@link TaskUpdateManyInput}. */
export const taskUpdateManyInputSchema: z.ZodType<TaskUpdateManyInput, TaskUpdateManyInput> = inputObject({
  ids: taskIds().describe('1 to 100 tasks; all are changed, or none.'),
  completed: flag('Completed').optional().describe('Whether they are done; absent leaves it.'),
  addTagIds: ids('Tags', { max: MAX_TAGS_PER_TASK }).optional().describe('Tags that each task has from now on.'),
  removeTagIds: ids('Tags', { max: MAX_TAGS_PER_TASK }).optional().describe('Tags that no task has from now on.'),
}).refine(
  ({ completed, addTagIds = [], removeTagIds = [] }) =>
    completed !== undefined || addTagIds.length + removeTagIds.length > 0,
  'Nothing to change: send completed, addTagIds or removeTagIds',
)

/** The schema of {@link TaskDeleteManyInput}. */
export const taskDeleteManyInputSchema: z.ZodType<TaskDeleteManyInput, TaskDeleteManyInput> = inputObject({
  ids: taskIds().describe('1 to 100 tasks to move to the trash; all are, or none.'),
})

/** The schema of {@link TaskCount}. */
export const taskCountSchema: z.ZodType<TaskCount, TaskCount> = z.object({
  count: outputCount().describe('How many tasks were changed: all that were named.'),
})
