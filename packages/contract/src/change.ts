import { z } from 'zod'
import { fault } from './faults.ts'
import { inputObject, type Named, outputCount, outputId, outputObject, wholeNumber } from './fields.ts'
import { MAX_VERSION } from './limits.ts'
import { schemaNames } from './names.ts'
import { tagSchema } from './tag.ts'
import { taskSchema } from './task.ts'

const version = outputCount().describe("Where the change stands in the order of the user's changes.")

const taskChange = outputObject('TaskChange', {
  type: z.literal('task').describe('What has changed.'),
  version,
  id: outputId().describe('The task that has changed.'),
  deleted: z.boolean().describe('Whether it is in the trash.'),
  task: taskSchema.nullable().describe('As it is now; null once deleted.'),
})

/** A task has changed, or its tags have. */
export interface TaskChange extends z.infer<typeof taskChange> {}

const tagChange = outputObject('TagChange', {
  type: z.literal('tag').describe('What has changed.'),
  version,
  id: outputId().describe('The tag that has changed.'),
  deleted: z.boolean().describe('Whether it is deleted: its tasks carry it no longer.'),
  tag: tagSchema.nullable().describe('As it is now; null once deleted.'),
})

/** A tag has changed; the tasks that carry it are not told one by one. */
export interface TagChange extends z.infer<typeof tagChange> {}

const resetChange = outputObject('ResetChange', {
  type: z.literal('reset').describe('That nothing is told of what has changed.'),
  version: outputCount().describe('Where to go on.'),
})

/** The changes since the version asked for are not known any more: read everything again, and go on from `version`. */
export interface ResetChange extends z.infer<typeof resetChange> {}

/** A task or tag as it is since a version; several changes of one are told as the last. */
export type Change = TaskChange | TagChange | ResetChange

const rowChangeSchema: Named<TaskChange | TagChange> = z.union([taskChange, tagChange])

/** What `change.stream` tells. */
export const changeSchema: Named<Change> = z
  .union([taskChange, tagChange, resetChange])
  .register(schemaNames, { id: 'Change' })

function since() {
  return wholeNumber({ label: 'Since', min: 0, max: MAX_VERSION }).optional()
}

const changeList = inputObject('ChangeListInput', {
  since: since().describe('The last version that is known; absent: none is wanted but where to begin.'),
  limit: wholeNumber({ label: 'Limit', min: 1, max: 500 })
    .default(100)
    .describe(
      'How many changes a page holds at most: 1 to 500, 100 when absent. It ends earlier at 1 MB; `hasMore` tells.',
    ),
  snapshot: wholeNumber({ label: 'Snapshot', min: 0, max: MAX_VERSION })
    .optional()
    .describe(
      'Of a reading that began at 0: what the page before said. It misses nothing by what was forgotten before it began.',
    ),
})

/** Input of `change.list`. */
export interface ChangeListInput extends z.input<typeof changeList> {}

/** What `change.list` is asked once defaults are filled in. */
export interface ChangeListQuery extends z.output<typeof changeList> {}

export const changeListInputSchema: Named<ChangeListQuery, ChangeListInput | undefined> = changeList.prefault({})

const changeListResult = outputObject('ChangeListResult', {
  changes: z.array(rowChangeSchema).describe('In the order of their versions, each row once.'),
  version: outputCount().describe('To send as `since` for what comes after this page.'),
  hasMore: z.boolean().describe('Whether there is more to read at once.'),
  reset: z.boolean().describe('Whether the changes since that version are not known any more: read everything again.'),
  snapshot: outputCount()
    .nullable()
    .describe('Of a reading that began at 0 and has more to read: to send along for the next page; else null.'),
})

/** A page of changes. */
export interface ChangeListResult extends z.infer<typeof changeListResult> {}

export const changeListResultSchema: Named<ChangeListResult> = changeListResult

const notAVersion = fault('NOT_A_VERSION', { label: 'Last event id' })

const changeStream = inputObject('ChangeStreamInput', {
  since: since().describe('The last version that is known; absent: begin now.'),
  lastEventId: z
    .string({ error: notAVersion })
    .regex(/^\d{1,10}$/, { error: notAVersion })
    .refine((text) => Number(text) <= MAX_VERSION, { error: notAVersion })
    .optional()
    .describe('What tRPC adds when it connects again: the last version that arrived. The larger of the two counts.'),
})

/** Input of `change.stream`. */
export interface ChangeStreamInput extends z.input<typeof changeStream> {}

export const changeStreamInputSchema: Named<ChangeStreamInput, ChangeStreamInput | undefined> = changeStream.prefault(
  {},
)
