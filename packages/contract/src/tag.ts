import { z } from 'zod'
import { fault, requiredOr } from './faults.ts'
import {
  expectedVersion,
  id,
  inputObject,
  type Named,
  optional,
  outputCount,
  outputId,
  outputInstant,
  outputObject,
  withChange,
} from './fields.ts'
import { schemaNames } from './names.ts'
import { text } from './text.ts'

const tag = outputObject('Tag', {
  id: outputId().describe("UUID, unique among the user's tags."),
  name: z.string().describe('1 to 50 code points, as the user wrote it.'),
  color: z.string().nullable().describe('`#rrggbb` in lower case, or null for none.'),
  version: outputCount().describe(
    "Grows with every change of the tag; send it with an update to refuse overwriting somebody else's change.",
  ),
  createdAt: outputInstant().describe('When it was created.'),
  updatedAt: outputInstant().describe('When it was last changed.'),
  deletedAt: outputInstant().nullable().describe('When it was deleted; null while it is live.'),
})

/** A label that a user puts on tasks. */
export interface Tag extends z.infer<typeof tag> {}

/** The output of whatever changes one tag. */
export const tagSchema: Named<Tag> = tag

const tagWithCount = tag
  .extend({
    taskCount: outputCount().describe('How many live tasks carry the tag.'),
  })
  .register(schemaNames, { id: 'TagWithCount' })

/** A tag together with how much it is used. */
export interface TagWithCount extends z.infer<typeof tagWithCount> {}

const tagWithCountSchema: Named<TagWithCount> = tagWithCount

/** The output of `tag.list`. */
export const tagListSchema: Named<TagWithCount[]> = z.array(tagWithCountSchema).register(schemaNames, { id: 'TagList' })

const taskTag = tag.pick({ id: true, name: true, color: true }).register(schemaNames, { id: 'TaskTag' })

/** A tag as a task shows it. */
export interface TaskTag extends z.infer<typeof taskTag> {}

export const taskTagSchema: Named<TaskTag> = taskTag

/**
 * What makes two tag names the same: NFKC, lower case, runs of whitespace as one space. `Café  Nord` and `café nord`
 * have one key.
 */
export function normalizeTagName(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim()
}

const notAColor = fault('NOT_A_COLOR', { label: 'Color', example: '#1e90ff' })

/** What a user writes of a tag. */
const name = text({ label: 'Name', min: 1, max: 50 }).describe(
  "One line of 1 to 50 code points after trimming; unique among the user's tags, whatever the case (else `TAG_NAME_TAKEN`).",
)
const color = z
  .string({ error: requiredOr('Color', notAColor) })
  .regex(/^#[0-9a-fA-F]{6}$/, { error: notAColor })
  .toLowerCase()
  .nullable()
  .describe('`#rrggbb`; null for none.')

/** The input of `tag.create` with its fields, for forms. */
export const tagCreateForm = inputObject('TagCreateInput', {
  id: id()
    .optional()
    .describe(
      'A UUID made by the client. A repeated call with the same id returns the existing tag, even a deleted one: a retry is safe.',
    ),
  name,
  ...optional({ color }),
})

/** Input of `tag.create`. */
export interface TagCreateInput extends z.input<typeof tagCreateForm> {}

/** The same schema, with `TagCreateInput` as the name of its type. @alias */
export const tagCreateInputSchema: Named<TagCreateInput> = tagCreateForm

/** The input of `tag.update` with its fields, for forms. */
export const tagUpdateForm = inputObject('TagUpdateInput', {
  id: id().describe('The tag to change.'),
  version: expectedVersion(),
  ...optional({ name, color }),
})

/** Input of `tag.update`: at least one change; what is absent stays as it is. */
export interface TagUpdateInput extends z.input<typeof tagUpdateForm> {}

export const tagUpdateInputSchema: Named<TagUpdateInput> = withChange(tagUpdateForm, { keys: ['id', 'version'] })

const tagDelete = inputObject('TagDeleteInput', {
  id: id().describe('The tag to delete; its tasks stay.'),
  version: expectedVersion(),
})

/** Input of `tag.delete`. */
export interface TagDeleteInput extends z.input<typeof tagDelete> {}

export const tagDeleteInputSchema: Named<TagDeleteInput> = tagDelete
