import {
  type ChangedTasks,
  MAX_TAGS_PER_TASK,
  type TaskDeleteManyInput,
  type TaskUpdateManyInput,
  validationIssue,
} from '@taskwire/contract'
import { type Database, inTransaction, Prisma } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { lockUser } from '../lock-user.ts'
import { assignContent } from './task-columns.ts'

/**
 * Makes one change to many tasks: to all of them, or to none.
 *
 * @throws DomainError NOT_FOUND for a task or a tag that the user lacks, VALIDATION_FAILED when a task would have too
 * many tags
 */
export async function bulkUpdateTasks(db: Database, userId: string, input: TaskUpdateManyInput): Promise<ChangedTasks> {
  const { ids, addTagIds = [], removeTagIds = [], ...content } = input
  return inTransaction(db, async (transaction) => {
    await lockUser(transaction, userId)
    const changed = await editAll(transaction, { userId, ids, assignments: assignContent(content) })
    if (removeTagIds.length > 0) await removeTags(transaction, { userId, ids, tagIds: removeTagIds })
    if (addTagIds.length > 0) await addTags(transaction, { userId, ids, tagIds: addTagIds })
    return changed
  })
}

/** Moves many tasks to the trash: all of them, or none. @throws DomainError NOT_FOUND for one that the user lacks */
export async function bulkDeleteTasks(
  db: Database,
  userId: string,
  { ids }: TaskDeleteManyInput,
): Promise<ChangedTasks> {
  return inTransaction(db, async (transaction) => {
    await lockUser(transaction, userId)
    const assignments = Prisma.sql`deleted_at = clock_timestamp()`
    return editAll(transaction, { userId, ids, assignments })
  })
}

/** Every task is stamped here: what is then done to its tags in the same transaction stamps it no second time. */
async function editAll(
  transaction: Database,
  { userId, ids, assignments }: { userId: string; ids: string[]; assignments: Prisma.Sql },
): Promise<ChangedTasks> {
  const [changed] = await transaction.$queryRaw<ChangedTasks[]>`
    WITH changed AS (
      UPDATE tasks SET ${assignments}
      WHERE user_id = ${userId}::uuid AND id = ANY(${ids}::uuid[]) AND deleted_at IS NULL
      RETURNING version
    )
    SELECT count(*)::int AS count, max(version) AS version FROM changed`
  if (changed?.count !== ids.length) throw new DomainError('NOT_FOUND')
  return changed
}

interface Links {
  userId: string
  /** Of the tasks. */
  ids: string[]
  tagIds: string[]
}

async function removeTags(transaction: Database, { userId, ids, tagIds }: Links): Promise<void> {
  await transaction.$executeRaw`
    DELETE FROM task_tags
    WHERE user_id = ${userId}::uuid AND task_id = ANY(${ids}::uuid[]) AND tag_id = ANY(${tagIds}::uuid[])`
}

async function addTags(transaction: Database, { userId, ids, tagIds }: Links): Promise<void> {
  const found = await transaction.tag.count({ where: { userId, id: { in: tagIds }, deletedAt: null } })
  if (found !== tagIds.length) throw new DomainError('NOT_FOUND')
  await transaction.$executeRaw`
    INSERT INTO task_tags (user_id, task_id, tag_id)
    SELECT ${userId}::uuid, task_id, tag_id FROM unnest(${ids}::uuid[]) task_id, unnest(${tagIds}::uuid[]) tag_id
    ON CONFLICT DO NOTHING`
  const [full] = await transaction.$queryRaw<object[]>`
    SELECT 1 FROM task_tags link JOIN tags tag ON tag.user_id = link.user_id AND tag.id = link.tag_id
    WHERE link.user_id = ${userId}::uuid AND link.task_id = ANY(${ids}::uuid[]) AND tag.deleted_at IS NULL
    GROUP BY link.task_id HAVING count(*) > ${MAX_TAGS_PER_TASK} LIMIT 1`
  if (full !== undefined) {
    throw new DomainError('VALIDATION_FAILED', {
      issues: [validationIssue('addTagIds', 'TOO_MANY_TAGS', { max: MAX_TAGS_PER_TASK })],
    })
  }
}
