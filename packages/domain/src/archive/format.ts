import { z } from 'zod'
import { type ArchiveKindName, archiveKindNames } from './records.ts'

/** Grows when what was written before can no longer be read as what is written now. */
export const ARCHIVE_FORMAT = 1

/** Characters of JSON that no record needs, however long its texts are and however they are escaped. */
export const MAX_LINE = 1_000_000

/** The first line of every archive, of this format and of others. */
export const anyHeader = z.object({ type: z.literal('header'), product: z.literal('taskwire'), format: z.int() })

/** The first line. */
export const header = z.strictObject({
  type: z.literal('header'),
  product: z.literal('taskwire'),
  format: z.literal(ARCHIVE_FORMAT),
  /** `account` is one user's own data, which no program loads. */
  scope: z.enum(['everything', 'account']),
  createdAt: z.iso.datetime(),
  /** The newest that was applied where the archive comes from. */
  migration: z.string(),
})

export interface ArchiveHeader extends z.infer<typeof header> {}

/** Older archives know fewer kinds. */
const count = z.int().min(0).default(0)

/** How many records there are, by their kinds. */
export type ArchiveCounts = Record<ArchiveKindName, number>

/** The last line. */
export const trailer = z.strictObject({
  type: z.literal('trailer'),
  counts: z.strictObject(
    Object.fromEntries(archiveKindNames.map((name) => [name, count])) as Record<ArchiveKindName, typeof count>,
  ),
  /** Of all lines before, with their line feeds, in UTF-8; hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** What a whole archive has said of itself. */
export interface ArchiveSummary {
  /** When its export began. */
  createdAt: Date
  /** The newest migration of the database that it comes from. */
  migration: string
  counts: ArchiveCounts
}

export function noRecords(): ArchiveCounts {
  return Object.fromEntries(archiveKindNames.map((name) => [name, 0])) as ArchiveCounts
}
