import type { Deleted, TaskDeleteInput } from '@taskwire/contract'
import { type Database, Prisma } from '@taskwire/prisma'
import { editTask } from './edit-task.ts'

/**
 * Moves a task to the trash; it keeps its tags.
 *
 * @throws DomainError NOT_FOUND, or VERSION_CONFLICT with the task as it is now
 */
export async function deleteTask(db: Database, userId: string, { id, version }: TaskDeleteInput): Promise<Deleted> {
  const assignments = Prisma.sql`deleted_at = clock_timestamp()`
  const deleted = await editTask(db, userId, { id, version, assignments })
  return { version: deleted.version }
}
