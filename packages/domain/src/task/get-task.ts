import type { Task, TaskIdInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { findTask } from './read-tasks.ts'

/** A live task. @throws DomainError NOT_FOUND */
export async function getTask(db: Database, userId: string, { id }: TaskIdInput): Promise<Task> {
  const task = await findTask(db, userId, id)
  if (task === null || task.deletedAt !== null) throw new DomainError('NOT_FOUND')
  return task
}
