import type { z } from 'zod'
import { changedVersion } from './deleted.ts'
import { ids, inputObject, type Named, optional, outputCount, outputObject, withChange } from './fields.ts'
import { MAX_TAGS_PER_TASK } from './limits.ts'
import { taskContent } from './task.ts'

const MAX_TASKS = 100

function taskIds() {
  return ids('Tasks', { min: 1, max: MAX_TASKS })
}

/** Of what a user writes of a task, all that many tasks may well have in common. */
const { title: _title, description: _description, dueAt: _dueAt, tagIds: _tagIds, ...common } = taskContent

const taskUpdateMany = inputObject('TaskUpdateManyInput', {
  ids: taskIds().describe('1 to 100 tasks; `NOT_FOUND` when the user lacks one of them.'),
  ...optional({
    ...common,
    completed: common.completed.describe('Whether they are done.'),
    addTagIds: ids('Tags', { max: MAX_TAGS_PER_TASK }).describe('Tags that each has from now on, beside its others.'),
    removeTagIds: ids('Tags', { max: MAX_TAGS_PER_TASK }).describe('Tags that none of them has from now on.'),
  }),
})

/** Input of `task.updateMany`: at least one change, made to all of the tasks or to none; what is absent stays as it is. */
export interface TaskUpdateManyInput extends z.input<typeof taskUpdateMany> {}

export const taskUpdateManyInputSchema: Named<TaskUpdateManyInput> = withChange(taskUpdateMany, {
  keys: ['ids'],
  lists: ['addTagIds', 'removeTagIds'],
})

const taskDeleteMany = inputObject('TaskDeleteManyInput', {
  ids: taskIds().describe('1 to 100 tasks to move to the trash; `NOT_FOUND` when the user lacks one of them.'),
})

/** Input of `task.deleteMany`: all of the tasks are deleted, or none. */
export interface TaskDeleteManyInput extends z.input<typeof taskDeleteMany> {}

export const taskDeleteManyInputSchema: Named<TaskDeleteManyInput> = taskDeleteMany

const changedTasks = outputObject('ChangedTasks', {
  count: outputCount().describe('How many tasks were changed: all that were named.'),
  version: changedVersion,
})

/** The answer to a change of many tasks. */
export interface ChangedTasks extends z.infer<typeof changedTasks> {}

/** The output of `task.updateMany` and `task.deleteMany`. */
export const changedTasksSchema: Named<ChangedTasks> = changedTasks
