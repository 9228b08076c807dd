import { z } from 'zod'
import { inputObject, outputCount, outputId, wholeNumber } from './fields.ts'
import { type Tag, tagSchema } from './tag.ts'
import { type Task, taskSchema } from './task.ts'

/** A task or tag as it is since a version; several changes of one are told as the last. */
export type Change = TaskChange | TagChange | ResetChange

/** A task has changed, or its tags have. */
export interface TaskChange {
  type: 'task'
  /** Where the change stands in the order of the user's changes. */
  version: number
  /** The task that has changed. */
  id: string
  /** Whether it is in the trash. */
  deleted: boolean
  /** As it is now; null once deleted. */
  task: Task | null
}

/** A tag has changed; the tasks that carry it are not told one by one. */
export interface TagChange {
  type: 'tag'
  /** Where the change stands in the order of the user's changes. */
  version: number
  /** The tag that has changed. */
  id: string
  /** Whether it is deleted: its tasks carry it no longer. */
  deleted: boolean
  /** As it is now; null once deleted. */
  tag: Tag | null
}

/** The changes since the version asked for are not known any more: read everything again, and go on from `version`. */
export interface ResetChange {
  type: 'reset'
  /** Where to go on. */
  version: number
}

/** Input of `change.list`. */
export interface ChangeListInput {
  /** The last version that is known; absent: none is wanted but where to begin. */
  since?: number
  /** How many changes a page holds at most: 1 to 500, 100 when absent. It ends earlier at 1 MB; `hasMore` tells. */
  limit?: number
}

/** A page of changes. */
export interface ChangeListResult {
  /** In the order of their versions, each row once. */
  changes: Exclude<Change, ResetChange>[]
  /** To send as `since` for what comes after this page. */
  version: number
  /** Whether there is more to read at once. */
  hasMore: boolean
  /** Whether the changes since that version are not known any more: read everything again. */
  reset: boolean
}

/** Input of `change.stream`. */
export interface ChangeStreamInput {
  /** The last version that is known; absent: begin now. */
  since?: number
  /** What tRPC adds when it connects again: the last version that arrived. The larger of the two counts. */
  lastEventId?: string
}

const MAX_VERSION = 2_147_483_647

function since() {
  return wholeNumber({ label: 'Since', min: 0, max: MAX_VERSION })
}

const version = outputCount().describe('Where the change stands in the order of the changes of the user.')

const taskChangeSchema: z.ZodType<TaskChange, TaskChange> = z.object({
  type: z.literal('task'),
  version,
  id: outputId().describe('The task that has changed.'),
  deleted: z.boolean().describe('Whether it is in the trash.'),
  task: taskSchema.nullable().describe('As it is now; null once deleted.'),
})

const tagChangeSchema: z.ZodType<TagChange, TagChange> = z.object({
  type: z.literal('tag'),
  version,
  id: outputId().describe('The tag that has changed.'),
  deleted: z.boolean().describe('Whether it is deleted.'),
  tag: tagSchema.nullable().describe('As it is now; null once deleted.'),
})

const resetChangeSchema: z.ZodType<ResetChange, ResetChange> = z.object({
  type: z.literal('reset'),
  version: outputCount().describe('Where to go on.'),
})

/** The schema of {@link Change}. */
export const changeSchema: z.ZodType<Change, Change> = z.union([taskChangeSchema, tagChangeSchema, resetChangeSchema])

/** The schema of {@link ChangeListInput}. */
export const changeListInputSchema: z.ZodType<ChangeListInput & { limit: number }, ChangeListInput | undefined> =
  inputObject({
    since: since().optional().describe('The last version that is known; absent: none is wanted but where to begin.'),
    limit: wholeNumber({ label: 'Limit', min: 1, max: 500 })
      .default(100)
      .describe('How many changes a page holds at most; it ends earlier at 1 MB, and `hasMore` tells.'),
  }).prefault({})

/** The schema of {@link ChangeListResult}. */
export const changeListResultSchema: z.ZodType<ChangeListResult, ChangeListResult> = z.object({
  changes: z.array(z.union([taskChangeSchema, tagChangeSchema])).describe('In the order of their versions.'),
  version: outputCount().describe('To send as `since` for what comes after this page.'),
  hasMore: z.boolean().describe('Whether there is more to read at once.'),
  reset: z.boolean().describe('Whether the changes since that version are not known any more: read everything again.'),
})

/** The schema of {@link ChangeStreamInput}. */
export const changeStreamInputSchema: z.ZodType<ChangeStreamInput, ChangeStreamInput | undefined> = inputObject({
  since: since().optional().describe('The last version that is known; absent: begin now.'),
  lastEventId: z
    .string({ error: 'Last event id must be a version' })
    .refine((text) => /^\d{1,10}$/.test(text) && Number(text) <= MAX_VERSION, 'Last event id must be a version')
    .optional()
    .describe('What tRPC adds when it connects again: the last version that arrived.'),
}).prefault({})
