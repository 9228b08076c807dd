import { z } from 'zod'
import { id, inputObject, outputCount, outputId, outputInstant, version } from './fields.ts'
import { requiredOr, text } from './text.ts'

/** A label that a user puts on tasks. */
export interface Tag {
  /** UUID, unique among the user's tags. */
  id: string
  /** 1 to 50 code points, as the user wrote it. */
  name: string
  /** `#rrggbb` in lower case, or null for none. */
  color: string | null
  /** Grows with every change of the tag; send it with an update to refuse overwriting somebody else's change. */
  version: number
  /** When it was created. */
  createdAt: Date
  /** When it was last changed. */
  updatedAt: Date
  /** When it was deleted; null while it is live. */
  deletedAt: Date | null
}

/** A tag together with how much it is used. */
export interface TagWithCount extends Tag {
  /** How many live tasks carry the tag. */
  taskCount: number
}

/** Input of `tag.create`. */
export interface TagCreateInput {
  /** A UUID made by the client. A repeated call with the same id returns the existing tag, even a deleted one: a retry is safe. */
  id?: string
  /** One line of 1 to 50 code points after trimming; unique among the user's tags whatever the case (else `TAG_NAME_TAKEN`). */
  name: string
  /** `#rrggbb`; null or absent for none. */
  color?: string | null
}

/** Input of `tag.update`: at least one change; what is absent stays as it is. */
export interface TagUpdateInput {
  /** The tag to change. */
  id: string
  /** The version that the change is based on; when the tag has moved on, the answer is `VERSION_CONFLICT`. */
  version?: number
  /** A new name, one line of 1 to 50 code points after trimming; unique among the user's tags (else `TAG_NAME_TAKEN`). */
  name?: string
  /** A new colour, `#rrggbb`; null removes it. */
  color?: string | null
}

/** Input of `tag.delete`. */
export interface TagIdInput {
  /** The tag to delete; its tasks stay. */
  id: string
}

/**
 * What makes two tag names the same: NFKC, lower case, runs of whitespace as one space. `Café  Nord` and `café nord`
 * have one key.
 */
export function normalizeTagName(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim()
}

const COLOR_MESSAGE = 'Color must look like #1e90ff'

function tagName() {
  return text({ label: 'Name', min: 1, max: 50 })
}

function tagColor() {
  return z
    .string({ error: requiredOr('Color', COLOR_MESSAGE) })
    .regex(/^#[0-9a-fA-F]{6}$/, COLOR_MESSAGE)
    .toLowerCase()
    .nullable()
}

const tagFields = {
  id: outputId().describe('UUID, unique among the tags of the user.'),
  name: z.string().describe('1 to 50 code points, as the user wrote it.'),
  color: z.string().nullable().describe('`#rrggbb` in lower case, or null for none.'),
  version: outputCount().describe('Grows with every change of the tag.'),
  createdAt: outputInstant().describe('When the tag was created.'),
  updatedAt: outputInstant().describe('When the tag was last changed.'),
  deletedAt: outputInstant().nullable().describe('When it was deleted; null while it is live.'),
}

/** The schema of {@link Tag}. */
export const tagSchema: z.ZodType<Tag, Tag> = z.object(tagFields)

/** The schema of {@link TagWithCount}. */
const tagWithCountSchema: z.ZodType<TagWithCount, TagWithCount> = z.object({
  ...tagFields,
  taskCount: outputCount().describe('How many live tasks carry the tag.'),
})

/** The output of `tag.list`. */
export const tagListSchema: z.ZodType<TagWithCount[], TagWithCount[]> = z.array(tagWithCountSchema)

/** The schema of {@link TagCreateInput}. */
export const tagCreateInputSchema: z.ZodType<TagCreateInput, TagCreateInput> = inputObject({
  id: id()
    .optional()
    .describe(
      'A UUID made by the client. A repeated call with the same id returns the existing tag, even a deleted one: a retry is safe.',
    ),
  name: tagName().describe(
    'One line of 1 to 50 code points after trimming; unique among the tags of the user, whatever the case.',
  ),
  color: tagColor().optional().describe('`#rrggbb`; null or absent for none.'),
})

/** The schema of {@link TagUpdateInput}. */
export const tagUpdateInputSchema: z.ZodType<TagUpdateInput, TagUpdateInput> = inputObject({
  id: id().describe('The tag to change.'),
  version: version().optional().describe('The version that the change is based on; a stale one is `VERSION_CONFLICT`.'),
  name: tagName().optional().describe('A new name, one line of 1 to 50 code points after trimming; absent leaves it.'),
  color: tagColor().optional().describe('A new colour, `#rrggbb`; null removes it, absent leaves it.'),
}).refine(({ name, color }) => name !== undefined || color !== undefined, 'Nothing to change: send name or color')

/** The schema of {@link TagIdInput}. */
export const tagIdInputSchema: z.ZodType<TagIdInput, TagIdInput> = inputObject({
  id: id().describe('The tag to delete; its tasks stay.'),
})
