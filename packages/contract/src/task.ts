import { z } from 'zod'
import {
  expectedVersion,
  flag,
  id,
  ids,
  inputObject,
  instant,
  type Named,
  optional,
  outputCount,
  outputId,
  outputInstant,
  outputObject,
  withChange,
} from './fields.ts'
import { MAX_TAGS_PER_TASK } from './limits.ts'
import { taskTagSchema } from './tag.ts'
import { text } from './text.ts'

const task = outputObject('Task', {
  id: outputId().describe("UUID, unique among the user's tasks."),
  title: z.string().describe('1 to 200 code points.'),
  description: z.string().nullable().describe('At most 10 000 code points, or null for none.'),
  completed: z.boolean().describe('Whether it is done.'),
  completedAt: outputInstant().nullable().describe('When it was completed; null while it is not.'),
  dueAt: outputInstant().nullable().describe('When it is due; null for no date.'),
  tags: z.array(taskTagSchema).describe('By name.'),
  version: outputCount().describe(
    "Grows with every change of the task; send it with an update to refuse overwriting somebody else's change.",
  ),
  createdAt: outputInstant().describe('When it was created.'),
  updatedAt: outputInstant().describe('When it was last changed; a change of its tags counts.'),
  deletedAt: outputInstant().nullable().describe('When it was moved to the trash; null while it is live.'),
})

/** Something to do. */
export interface Task extends z.infer<typeof task> {}

/** The output of `task.get` and of whatever changes one task. */
export const taskSchema: Named<Task> = task

/** What a user writes of a task: inputs take its fields from here. */
export const taskContent = {
  title: text({ label: 'Title', min: 1, max: 200 }).describe('One line of 1 to 200 code points after trimming.'),
  description: text({ label: 'Description', max: 10_000, lines: 'many' })
    .nullable()
    .describe('At most 10 000 code points after trimming, lines ending with `\\n`; null for none.'),
  completed: flag('Completed').describe('Whether it is done.'),
  dueAt: instant('Due date').nullable().describe('When it is due, between the years 1 and 9999; null for no date.'),
  tagIds: ids('Tags', { max: MAX_TAGS_PER_TASK }).describe(
    `The tags that it has, at most ${MAX_TAGS_PER_TASK} of the user's own (else \`NOT_FOUND\`); a repeated id counts once.`,
  ),
}

const { title, ...optionalContent } = taskContent

/** The input of `task.create` with its fields, for forms. */
export const taskCreateForm = inputObject('TaskCreateInput', {
  id: id()
    .optional()
    .describe(
      'A UUID made by the client. A repeated call with the same id returns the existing task: a retry is safe.',
    ),
  title,
  ...optional(optionalContent),
})

/** Input of `task.create`: a task has no description, no date and no tags unless they are given, and is to do. */
export interface TaskCreateInput extends z.input<typeof taskCreateForm> {}

/** The same schema, with `TaskCreateInput` as the name of its type. @alias */
export const taskCreateInputSchema: Named<TaskCreateInput> = taskCreateForm

/** The input of `task.update` with its fields, for forms. */
export const taskUpdateForm = inputObject('TaskUpdateInput', {
  id: id().describe('The task to change.'),
  version: expectedVersion(),
  ...optional(taskContent),
})

/** Input of `task.update`: at least one change. What is absent stays as it is; null removes, and so does a list without tags. */
export interface TaskUpdateInput extends z.input<typeof taskUpdateForm> {}

export const taskUpdateInputSchema: Named<TaskUpdateInput> = withChange(taskUpdateForm, { keys: ['id', 'version'] })

const taskId = inputObject('TaskIdInput', {
  id: id().describe(
    'The task; `NOT_FOUND` when the user has none with this id, and to read it also when it is deleted.',
  ),
})

/** Input of `task.get` and `task.restore`. */
export interface TaskIdInput extends z.input<typeof taskId> {}

export const taskIdInputSchema: Named<TaskIdInput> = taskId

const taskSetCompleted = inputObject('TaskSetCompletedInput', {
  id: id().describe('The task to change.'),
  completed: flag('Completed').describe('True for done, false for to do again.'),
  version: expectedVersion(),
})

/** Input of `task.setCompleted`. */
export interface TaskSetCompletedInput extends z.input<typeof taskSetCompleted> {}

export const taskSetCompletedInputSchema: Named<TaskSetCompletedInput> = taskSetCompleted

const taskDelete = inputObject('TaskDeleteInput', {
  id: id().describe('The task to move to the trash.'),
  version: expectedVersion(),
})

/** Input of `task.delete`. */
export interface TaskDeleteInput extends z.input<typeof taskDelete> {}

export const taskDeleteInputSchema: Named<TaskDeleteInput> = taskDelete
