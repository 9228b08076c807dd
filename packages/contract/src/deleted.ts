import type { z } from 'zod'
import { type Named, outputCount, outputObject } from './fields.ts'

/** Of what a change answers: the version under which the feed tells it. */
export const changedVersion = outputCount().describe(
  'The version of the change, the last one where several rows changed: whoever has read the feed up to it has seen all of it.',
)

const deleted = outputObject('Deleted', { version: changedVersion })

/** The answer to a deletion. */
export interface Deleted extends z.infer<typeof deleted> {}

/** The output of `task.delete` and `tag.delete`. */
export const deletedSchema: Named<Deleted> = deleted
