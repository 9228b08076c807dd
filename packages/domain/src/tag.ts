import {
  type Deleted,
  normalizeTagName,
  type Tag,
  type TagCreateInput,
  type TagDeleteInput,
  type TagUpdateInput,
  type TagWithCount,
} from '@taskwire/contract'
import { type Database, Prisma } from '@taskwire/prisma'
import { v7 as uuidv7 } from 'uuid'
import { allTagsFit } from './answer-bytes.ts'
import { selectColumns, type TextField } from './columns.ts'
import { DomainError } from './domain-error.ts'
import { lockedUser } from './lock-user.ts'
import { hasRoom, type Quotas, refuseWhenFull } from './quotas.ts'
import { refuseTaken } from './refuse-taken.ts'

/** The column of each field of a tag. */
export const tagColumns = {
  id: 'id',
  name: 'name',
  color: 'color',
  version: 'version',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  deletedAt: 'deleted_at',
} as const satisfies Record<keyof Tag, string>

/** Those that hold text, for pages that end by bytes. */
export const tagTexts = {
  name: Prisma.sql`name`,
  color: Prisma.sql`color`,
} satisfies Record<TextField<Tag>, Prisma.Sql>

const selectTag = selectColumns(tagColumns, 'tag')

/**
 * The user's tags by name, each with the number of live tasks that carry it.
 *
 * @throws DomainError PAYLOAD_TOO_LARGE for more than one request may be answered with: of these none is sent
 */
export async function listTags(db: Database, userId: string): Promise<TagWithCount[]> {
  const rows = await db.$queryRaw<(TagWithCount & { fits: boolean })[]>`
    SELECT ${selectTag}, coalesce(used.count, 0)::int AS "taskCount", fits
    FROM (
      SELECT *, ${allTagsFit} AS fits, row_number() OVER () AS position
      FROM tags
      WHERE user_id = ${userId}::uuid AND deleted_at IS NULL
    ) tag
    LEFT JOIN (
      SELECT link.tag_id, count(*)
      FROM task_tags link
      JOIN tasks task ON task.user_id = link.user_id AND task.id = link.task_id
      WHERE link.user_id = ${userId}::uuid AND task.deleted_at IS NULL
      GROUP BY link.tag_id
    ) used ON used.tag_id = tag.id
    WHERE fits OR position = 1
    ORDER BY name_key`
  if (rows[0]?.fits === false) throw new DomainError('PAYLOAD_TOO_LARGE')
  return rows.map(({ fits: _, ...tag }) => tag)
}

/**
 * Creates a tag. An id that the user has used before gives back what is there, unchanged, even a deleted one: a
 * retry is safe.
 *
 * @throws DomainError TAG_NAME_TAKEN when the user has a tag of this name, whatever the case; QUOTA_REACHED
 */
export async function createTag(
  db: Database,
  userId: string,
  input: TagCreateInput & Pick<Quotas, 'maxTags'>,
): Promise<Tag> {
  const { id = uuidv7(), name, color = null, maxTags } = input
  const nameKey = normalizeTagName(name)
  // What is there is looked for first: an insert that meets it would still take the user's next version.
  const [created] = await db.$queryRaw<Tag[]>`
    INSERT INTO tags AS tag (user_id, id, name, name_key, color)
    SELECT ${userId}::uuid, ${id}::uuid, ${name}, ${nameKey}, ${color}
    WHERE NOT EXISTS (
      SELECT FROM tags WHERE user_id = ${userId}::uuid AND (id = ${id}::uuid OR name_key = ${nameKey})
    )
      AND ${hasRoom('tags', userId, maxTags)}
    ON CONFLICT DO NOTHING
    RETURNING ${selectTag}`
  if (created !== undefined) return created

  const existing = await findTag(db, userId, id)
  if (existing !== null) return existing
  const namesakes = await db.tag.count({ where: { userId, nameKey } })
  if (namesakes > 0) throw new DomainError('TAG_NAME_TAKEN')
  await refuseWhenFull(db, userId, { kind: 'tags', limit: maxTags })
  // The tag of this name was deleted a moment ago, or there was no room then.
  return createTag(db, userId, input)
}

/**
 * Changes what the input names and leaves the rest. The tasks that carry the tag are not stamped: a reader of changes
 * sees the tag itself change.
 *
 * @throws DomainError NOT_FOUND, TAG_NAME_TAKEN, or VERSION_CONFLICT with the tag as it is now
 */
export async function updateTag(db: Database, userId: string, input: TagUpdateInput): Promise<Tag> {
  const { id, version } = input
  const assignments = Prisma.join(assignmentsOf(input))
  return refuseTaken('TAG_NAME_TAKEN', () => editTag(db, userId, { id, version, assignments }))
}

/**
 * Deletes a tag. Its links stay, unseen; its name is free again.
 *
 * @throws DomainError NOT_FOUND, or VERSION_CONFLICT with the tag as it is now
 */
export async function deleteTag(db: Database, userId: string, { id, version }: TagDeleteInput): Promise<Deleted> {
  const assignments = Prisma.sql`deleted_at = clock_timestamp(), name_key = NULL`
  const deleted = await editTag(db, userId, { id, version, assignments })
  return { version: deleted.version }
}

/** What is to be changed of one live tag. */
interface TagEdit {
  id: string
  /** The version that the edit is based on; undefined: whatever is there. */
  version: number | undefined
  /** In SQL, such as `color = $1`. */
  assignments: Prisma.Sql
}

/** @throws DomainError NOT_FOUND, or VERSION_CONFLICT with the tag as it is now */
async function editTag(db: Database, userId: string, { id, version, assignments }: TagEdit): Promise<Tag> {
  const [edited] = await db.$queryRaw<Tag[]>`
    UPDATE tags tag SET ${assignments}
    WHERE user_id = ${lockedUser(userId)} AND id = ${id}::uuid AND deleted_at IS NULL
      ${version === undefined ? Prisma.empty : Prisma.sql`AND version = ${version}`}
    RETURNING ${selectTag}`
  if (edited !== undefined) return edited

  const current = await findTag(db, userId, id)
  if (version === undefined || current === null || current.deletedAt !== null) throw new DomainError('NOT_FOUND')
  throw new DomainError('VERSION_CONFLICT', { current })
}

function assignmentsOf({ name, color }: TagUpdateInput): Prisma.Sql[] {
  const assignments: Prisma.Sql[] = []
  if (name !== undefined) assignments.push(Prisma.sql`name = ${name}, name_key = ${normalizeTagName(name)}`)
  if (color !== undefined) assignments.push(Prisma.sql`color = ${color}`)
  return assignments
}

/** A tag of the user, live or deleted; null when there is none with this id. */
async function findTag(db: Database, userId: string, id: string): Promise<Tag | null> {
  const [tag] = await db.$queryRaw<Tag[]>`
    SELECT ${selectTag} FROM tags tag WHERE tag.user_id = ${userId}::uuid AND tag.id = ${id}::uuid`
  return tag ?? null
}
