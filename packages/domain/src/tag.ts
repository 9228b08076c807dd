import {
  normalizeTagName,
  type Tag,
  type TagCreateInput,
  type TagIdInput,
  type TagUpdateInput,
  type TagWithCount,
} from '@taskwire/contract'
import { type Database, inTransaction, isUniqueViolation, type Prisma } from '@taskwire/prisma'
import { DomainError } from './domain-error.ts'
import { lockedUser, lockUser } from './lock-user.ts'

const tagSelect = {
  id: true,
  name: true,
  color: true,
  version: true,
  createdAt: true,
  updatedAt: true,
} satisfies Prisma.TagSelect

/** The user's tags by name, each with the number of live tasks that carry it. */
export async function listTags(db: Database, userId: string): Promise<TagWithCount[]> {
  const tags = await db.tag.findMany({
    where: { userId, deletedAt: null },
    orderBy: { nameKey: 'asc' },
    select: { ...tagSelect, _count: { select: { tasks: { where: { task: { deletedAt: null } } } } } },
  })
  return tags.map(({ _count, ...tag }) => ({ ...tag, taskCount: _count.tasks }))
}

/**
 * Creates a tag. An id that the user has used before gives back what is there, unchanged: a retry is safe.
 *
 * @throws DomainError TAG_NAME_TAKEN when the user has a tag of this name, whatever the case
 */
export async function createTag(db: Database, userId: string, input: TagCreateInput): Promise<Tag> {
  const { id, name, color = null } = input
  const [created] = await db.tag.createManyAndReturn({
    data: [{ userId, ...(id !== undefined && { id }), name, nameKey: normalizeTagName(name), color }],
    skipDuplicates: true,
    select: tagSelect,
  })
  if (created !== undefined) return created

  const existing = id === undefined ? null : await findTag(db, userId, { id })
  if (existing === null) throw new DomainError('TAG_NAME_TAKEN')
  return existing
}

/**
 * Changes what the input names and leaves the rest. The tasks that carry the tag are not stamped: a reader of changes
 * sees the tag itself change.
 *
 * @throws DomainError NOT_FOUND, TAG_NAME_TAKEN, or VERSION_CONFLICT with the tag as it is now
 */
export async function updateTag(db: Database, userId: string, input: TagUpdateInput): Promise<Tag> {
  const { id, version, name, color } = input
  const [updated] = await refuseTakenName(() =>
    inTransaction(db, async (transaction) => {
      await lockUser(transaction, userId)
      return transaction.tag.updateManyAndReturn({
        where: { userId, id, deletedAt: null, ...(version !== undefined && { version }) },
        data: {
          ...(name !== undefined && { name, nameKey: normalizeTagName(name) }),
          ...(color !== undefined && { color }),
        },
        select: tagSelect,
      })
    }),
  )
  if (updated !== undefined) return updated

  const current = await findTag(db, userId, { id, deletedAt: null })
  if (version === undefined || current === null) throw new DomainError('NOT_FOUND')
  throw new DomainError('VERSION_CONFLICT', { current })
}

/** Deletes a tag. Its links stay, unseen; its name is free again. @throws DomainError NOT_FOUND */
export async function deleteTag(db: Database, userId: string, { id }: TagIdInput): Promise<void> {
  const deleted = await db.$executeRaw`
    UPDATE tags SET deleted_at = clock_timestamp(), name_key = NULL
    WHERE user_id = ${lockedUser(userId)} AND id = ${id}::uuid AND deleted_at IS NULL`
  if (deleted === 0) throw new DomainError('NOT_FOUND')
}

async function findTag(
  db: Database,
  userId: string,
  where: { id: string } & Prisma.TagWhereInput,
): Promise<Tag | null> {
  return db.tag.findFirst({ where: { userId, ...where }, select: tagSelect })
}

async function refuseTakenName<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError('TAG_NAME_TAKEN')
    throw error
  }
}
