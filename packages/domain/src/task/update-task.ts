import type { Task, TaskSetCompletedInput, TaskUpdateInput } from '@taskwire/contract'
import { type Database, inTransaction, Prisma } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { changeTask } from './change-task.ts'
import { findTask } from './read-tasks.ts'

/**
 * Changes what the input names and leaves the rest.
 *
 * @throws DomainError NOT_FOUND for the task or a tag, or VERSION_CONFLICT with the task as it is now
 */
export async function updateTask(db: Database, userId: string, input: TaskUpdateInput): Promise<Task> {
  const { id, version, tagIds } = input
  const change = { id, version, assignments: assignmentsOf(input) }
  if (tagIds === undefined) return changeTask(db, userId, change)

  return inTransaction(db, async (transaction) => {
    // The links are read and replaced, and nobody else writes them in between: the change has locked the user.
    const changed = await changeTask(transaction, userId, change)
    await replaceTags(transaction, { userId, taskId: id, tagIds })
    return (await findTask(transaction, userId, id)) ?? changed
  })
}

/** @throws DomainError NOT_FOUND, or VERSION_CONFLICT with the task as it is now */
export async function setTaskCompleted(db: Database, userId: string, input: TaskSetCompletedInput): Promise<Task> {
  return updateTask(db, userId, input)
}

function assignmentsOf({ title, description, completed, dueAt }: TaskUpdateInput): Prisma.Sql[] {
  const assignments: Prisma.Sql[] = []
  if (title !== undefined) assignments.push(Prisma.sql`title = ${title}`)
  if (description !== undefined) assignments.push(Prisma.sql`description = ${description}`)
  if (completed !== undefined) assignments.push(Prisma.sql`completed = ${completed}`)
  if (dueAt !== undefined) assignments.push(Prisma.sql`due_at = ${dueAt}::timestamptz`)
  return assignments
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
