import { z } from 'zod'
import { flag, id, ids, inputObject, instant, outputCount, outputId, outputInstant, version } from './fields.ts'
import { text } from './text.ts'

/** A tag as a task shows it. */
export interface TaskTag {
  /** The id of the tag. */
  id: string
  /** The name of the tag. */
  name: string
  /** `#rrggbb` in lower case, or null for none. */
  color: string | null
}

/** Something to do. */
export interface Task {
  /** UUID, unique among the user's tasks. */
  id: string
  /** 1 to 200 code points. */
  title: string
  /** At most 10 000 code points, or null for none. */
  description: string | null
  /** Whether it is done. */
  completed: boolean
  /** When it was completed; null while it is not. */
  completedAt: Date | null
  /** When it is due; null for no date. */
  dueAt: Date | null
  /** By name. */
  tags: TaskTag[]
  /** Grows with every change of the task; send it with an update to refuse overwriting somebody else's change. */
  version: number
  /** When it was created. */
  createdAt: Date
  /** When it was last changed; a change of its tags counts. */
  updatedAt: Date
  /** When it was moved to the trash; null while it is live. */
  deletedAt: Date | null
}

/** Input of `task.get`. */
export interface TaskIdInput {
  /** The task; `NOT_FOUND` when the user has none with this id, or has deleted it. */
  id: string
}

/** Input of `task.create`. */
export interface TaskCreateInput {
  /** A UUID made by the client. A repeated call with the same id returns the existing task: a retry is safe. */
  id?: string
  /** One line of 1 to 200 code points after trimming. */
  title: string
  /** At most 10 000 code points after trimming, lines ending with `\n`; null or absent for none. */
  description?: string | null
  /** Absent means false. */
  completed?: boolean
  /** Between the years 1 and 9999; null or absent for no date. */
  dueAt?: Date | null
  /** At most 50 of the user's own tags (else `NOT_FOUND`); a repeated id counts once. */
  tagIds?: string[]
}

/** Input of `task.update`: at least one change; what is absent stays as it is. */
export interface TaskUpdateInput {
  /** The task to change. */
  id: string
  /** The version that the change is based on; when the task has moved on, the answer is `VERSION_CONFLICT`. */
  version?: number
  /** One line of 1 to 200 code points after trimming. */
  title?: string
  /** At most 10 000 code points after trimming, lines ending with `\n`; null removes it. */
  description?: string | null
  /** Whether it is done. */
  completed?: boolean
  /** Between the years 1 and 9999; null removes it. */
  dueAt?: Date | null
  /** The tags that the task has from now on, at most 50; an empty list removes all. */
  tagIds?: string[]
}

/** Input of `task.setCompleted`. */
export interface TaskSetCompletedInput {
  /** The task to change. */
  id: string
  /** Done, or to do again. */
  completed: boolean
  /** The version that the change is based on; when the task has moved on, the answer is `VERSION_CONFLICT`. */
  version?: number
}

/** Input of `task.delete`. */
export interface TaskDeleteInput {
  /** The task to move to the trash. */
  id: string
  /** The version that the decision is based on; when the task has moved on, the answer is `VERSION_CONFLICT`. */
  version?: number
}

/** How many tags a task may have; to filter by more would find nothing. */
export const MAX_TAGS_PER_TASK = 50

function title() {
  return text({ label: 'Title', min: 1, max: 200 })
}

function description() {
  return text({ label: 'Description', max: 10_000, lines: 'many' }).nullable()
}

function expectedVersion() {
  return version().optional().describe('The version that the call is based on; a stale one is `VERSION_CONFLICT`.')
}

const taskTagSchema: z.ZodType<TaskTag, TaskTag> = z.object({
  id: outputId().describe('The id of the tag.'),
  name: z.string().describe('The name of the tag.'),
  color: z.string().nullable().describe('`#rrggbb` in lower case, or null for none.'),
})

/** The schema of {@link Task}. */
export const taskSchema: z.ZodType<Task, Task> = z.object({
  id: outputId().describe('UUID, unique among the tasks of the user.'),
  title: z.string().describe('1 to 200 code points.'),
  description: z.string().nullable().describe('At most 10 000 code points, or null for none.'),
  completed: z.boolean().describe('Whether it is done.'),
  completedAt: outputInstant().nullable().describe('When it was completed; null while it is not.'),
  dueAt: outputInstant().nullable().describe('When it is due; null for no date.'),
  tags: z.array(taskTagSchema).describe('The tags of the task.'),
  version: outputCount().describe('Grows with every change of the task.'),
  createdAt: outputInstant().describe('When the task was created.'),
  updatedAt: outputInstant().describe('When the task was last changed.'),
  deletedAt: outputInstant().nullable().describe('When it was moved to the trash; null while it is live.'),
})

/** The schema of {@link TaskIdInput}. */
export const taskIdInputSchema: z.ZodType<TaskIdInput, TaskIdInput> = inputObject({
  id: id().describe('The task.'),
})

/** The schema of {@link TaskCreateInput}. */
export const taskCreateInputSchema: z.ZodType<TaskCreateInput, TaskCreateInput> = inputObject({
  id: id()
    .optional()
    .describe(
      'A UUID made by the client. A repeated call with the same id returns the existing task: a retry is safe.',
    ),
  title: title().describe('One line of 1 to 200 code points after trimming.'),
  description: description()
    .optional()
    .describe(
      'At most 10 000 code points after trimming, of control characters only tab and line feed; null or absent for none.',
    ),
  completed: flag('Completed').optional().describe('Absent means false.'),
  dueAt: instant('Due date').nullable().optional().describe('Between the years 1 and 9999; null or absent for none.'),
  tagIds: ids('Tags', { max: MAX_TAGS_PER_TASK })
    .optional()
    .describe('At most 50 tags of the user, by id; a repeated id counts once.'),
})

/** The schema of {@link TaskUpdateInput}. */
export const taskUpdateInputSchema: z.ZodType<TaskUpdateInput, TaskUpdateInput> = inputObject({
  id: id().describe('The task to change.'),
  version: expectedVersion(),
  title: title().optional().describe('One line of 1 to 200 code points after trimming; absent leaves it.'),
  description: description()
    .optional()
    .describe(
      'At most 10 000 code points after trimming, of control characters only tab and line feed; null removes it, absent leaves it.',
    ),
  completed: flag('Completed').optional().describe('Whether it is done; absent leaves it.'),
  dueAt: instant('Due date')
    .nullable()
    .optional()
    .describe('Between the years 1 and 9999; null removes it, absent leaves it.'),
  tagIds: ids('Tags', { max: MAX_TAGS_PER_TASK })
    .optional()
    .describe('The tags that the task has from now on, at most 50; an empty list removes all, absent leaves them.'),
}).refine(
  ({ id: _id, version: _version, ...changes }) => Object.values(changes).some((change) => change !== undefined),
  'Nothing to change: send title, description, completed, dueAt or tagIds',
)

/** The schema of {@link TaskSetCompletedInput}. */
export const taskSetCompletedInputSchema: z.ZodType<TaskSetCompletedInput, TaskSetCompletedInput> = inputObject({
  id: id().describe('The task to change.'),
  completed: flag('Completed').describe('True for done, false for to do again.'),
  version: expectedVersion(),
})

/** The schema of {@link TaskDeleteInput}. */
export const taskDeleteInputSchema: z.ZodType<TaskDeleteInput, TaskDeleteInput> = inputObject({
  id: id().describe('The task to move to the trash.'),
  version: expectedVersion(),
})
