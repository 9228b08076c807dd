import { isStorable, MAX_VERSION } from '@taskwire/contract'
import { Prisma } from '@taskwire/prisma'
import { z } from 'zod'

const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
/** As PostgreSQL writes and reads it in JSON: ISO 8601 with its offset, to the millisecond. */
const instant = z.iso.datetime({ offset: true }).regex(/:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/)
const text = z.string().refine(isStorable)
const version = z.int().min(0).max(MAX_VERSION)

/** One table of an archive. A field is a column under its name in camel case; what is derived from others is left out. */
interface ArchiveKind {
  table: string
  /** Whether each row belongs to a user: to the one whose record comes before it. */
  owned: boolean
  /** In SQL: which of its rows; the others are neither written nor is what belongs to them. */
  only?: string
  /** What tells one row from the others, of one user where it is owned; the order of the records. */
  key: Readonly<Record<string, 'uuid' | 'text'>>
  record: z.ZodObject
  /** The fields that older archives lack, with what the migration wrote into their columns that brought them. */
  added?(older: Record<string, unknown>): Record<string, unknown>
}

/**
 * What an archive holds, in its order: of each user the account, then what is theirs; in the end what is nobody's.
 * A column that is new is a field here that is in `added`, so that archives from before it are read on.
 */
export const archiveKinds = kinds({
  user: {
    table: 'users',
    owned: false,
    // Of a deleted account only a part may be left.
    only: 'deleted_at IS NULL',
    key: { id: 'uuid' },
    record: z.strictObject({
      id: uuid,
      email: text,
      passwordHash: text.nullable(),
      isActive: z.boolean(),
      changeSeq: version,
      purgedSeq: version,
      createdAt: instant,
      updatedAt: instant,
    }),
  },
  tag: {
    table: 'tags',
    owned: true,
    key: { id: 'uuid' },
    record: z.strictObject({
      id: uuid,
      name: text,
      nameKey: text.nullable(),
      color: text.nullable(),
      version,
      createdAt: instant,
      updatedAt: instant,
      deletedAt: instant.nullable(),
    }),
  },
  task: {
    table: 'tasks',
    owned: true,
    key: { id: 'uuid' },
    record: z.strictObject({
      id: uuid,
      title: text,
      description: text.nullable(),
      completed: z.boolean(),
      completedAt: instant.nullable(),
      dueAt: instant.nullable(),
      version,
      createdAt: instant,
      updatedAt: instant,
      deletedAt: instant.nullable(),
    }),
  },
  link: {
    table: 'task_tags',
    owned: true,
    key: { taskId: 'uuid', tagId: 'uuid' },
    record: z.strictObject({ taskId: uuid, tagId: uuid }),
  },
  session: {
    table: 'sessions',
    owned: true,
    key: { id: 'uuid' },
    record: z.strictObject({
      id: uuid,
      generation: z.int().min(1).max(MAX_VERSION),
      parent: version.nullable(),
      userAgent: text.nullable(),
      ip: text.nullable(),
      createdAt: instant,
      rotatedAt: instant,
      confirmedAt: instant.nullable(),
      idleExpiresAt: instant,
      expiresAt: instant,
      revokedAt: instant.nullable(),
    }),
    added: ({ generation }) => ({ parent: Number(generation) > 1 ? Number(generation) - 1 : null }),
  },
  apiToken: {
    table: 'api_tokens',
    owned: true,
    key: { id: 'uuid' },
    record: z.strictObject({
      id: uuid,
      name: text,
      tokenHash: text,
      lastUsedAt: instant.nullable(),
      expiresAt: instant.nullable(),
      createdAt: instant,
      revokedAt: instant.nullable(),
    }),
  },
  externalIdentity: {
    table: 'external_identities',
    owned: true,
    key: { issuer: 'text', subject: 'text' },
    record: z.strictObject({ issuer: text, subject: text }),
  },
  externalDeletion: {
    table: 'external_deletions',
    owned: false,
    key: { issuer: 'text', subject: 'text' },
    record: z.strictObject({ issuer: text, subject: text, issuedBefore: instant, until: instant }),
  },
})

function kinds<const Name extends string>(all: Record<Name, ArchiveKind>): Record<Name, ArchiveKind> {
  return all
}

export type ArchiveKindName = keyof typeof archiveKinds

export const archiveKindNames = Object.keys(archiveKinds) as ArchiveKindName[]

/** Those of which each row is a user's. */
export const ownedKindNames = archiveKindNames.filter((name) => archiveKinds[name].owned)

/** The fields of a row, without what it is called in the archive and whose it is. */
export type ArchiveRow = Record<string, string | number | boolean | null>

/** By their names in a kind's records. */
export function fieldsOf(kind: ArchiveKindName): string[] {
  return Object.keys(archiveKinds[kind].record.shape)
}

export function keyFieldsOf(kind: ArchiveKindName): [field: string, type: 'uuid' | 'text'][] {
  return Object.entries(archiveKinds[kind].key)
}

/** The same, and before it whose the row is. */
export function fullKeyOf(kind: ArchiveKindName): [field: string, type: 'uuid' | 'text'][] {
  return [...(archiveKinds[kind].owned ? [['userId', 'uuid'] as const] : []), ...keyFieldsOf(kind)].map(
    ([field, type]) => [field, type],
  )
}

/** In SQL: the columns by which the rows of a kind are in order. */
export function keyColumns(kind: ArchiveKindName): Prisma.Sql {
  return Prisma.join(fullKeyOf(kind).map(([field]) => Prisma.raw(columnOf(field))))
}

/** `dueAt` is `due_at`. */
export function columnOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
