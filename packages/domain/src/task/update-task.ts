import type { Task, TaskSetCompletedInput, TaskUpdateInput } from '@taskwire/contract'
import { type Database, inTransaction } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { editTask } from './edit-task.ts'
import { findTask } from './read-tasks.ts'
import { assignContent } from './task-columns.ts'

/**
 * Changes what the input names and leaves the rest.
 *
 * @throws DomainError NOT_FOUND for the task or a tag, or VERSION_CONFLICT with the task as it is now
 */
export async function updateTask(db: Database, userId: string, input: TaskUpdateInput): Promise<Task> {
  const { id, version, tagIds } = input
  const edit = { id, version, assignments: assignContent(input) }
  if (tagIds === undefined) return editTask(db, userId, edit)

  return inTransaction(db, async (transaction) => {
    // The links are read and replaced, and nobody else writes them in between: the edit has locked the user.
    const edited = await editTask(transaction, userId, edit)
    await replaceTags(transaction, { userId, taskId: id, tagIds })
    return (await findTask(transaction, userId, id)) ?? edited
  })
}

/** @throws DomainError NOT_FOUND, or VERSION_CONFLICT with the task as it is now */
export async function setTaskCompleted(db: Database, userId: string, input: TaskSetCompletedInput): Promise<Task> {
  return updateTask(db, userId, input)
}

async function replaceTags(
  db: Database,
  { userId, taskId, tagIds }: { userId: string; taskId: string; tagIds: string[] },
): Promise<void> {
  const found = await db.tag.count({ where: { userId, id: { in: tagIds }, deletedAt: null } })
  if (found !== tagIds.length) throw new DomainError('NOT_FOUND')
  await db.taskTag.deleteMany({ where: { userId, taskId, tagId: { notIn: tagIds } } })
  await db.taskTag.createMany({ data: tagIds.map((tagId) => ({ userId, taskId, tagId })), skipDuplicates: true })
}
