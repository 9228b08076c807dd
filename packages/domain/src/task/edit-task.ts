import type { Task } from '@taskwire/contract'
import { type Database, Prisma } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { lockedUser } from '../lock-user.ts'
import { changedTaskTags, findTask } from './read-tasks.ts'
import { selectTask } from './task-columns.ts'

/** What is to be changed of one live task. */
export interface TaskEdit {
  id: string
  /** The version that the edit is based on; absent: whatever is there. */
  version?: number | undefined
  /** In SQL, such as `title = $1`. */
  assignments: Prisma.Sql
}

/**
 * Changes one live task in one statement. The trigger stamps it, and the lock on the user lets one of several with the
 * same version through; a transaction around it holds that lock to its end.
 *
 * @throws DomainError NOT_FOUND, or VERSION_CONFLICT with the task as it is now
 */
export async function editTask(db: Database, userId: string, edit: TaskEdit): Promise<Task> {
  const { id, version, assignments } = edit
  const [edited] = await db.$queryRaw<Task[]>`
    WITH task AS (
      UPDATE tasks SET ${assignments}
      WHERE user_id = ${lockedUser(userId)} AND id = ${id}::uuid AND deleted_at IS NULL
        ${version === undefined ? Prisma.empty : Prisma.sql`AND version = ${version}`}
      RETURNING *
    )
    SELECT ${selectTask}, ${changedTaskTags} FROM task`
  if (edited !== undefined) return edited

  const current = await findTask(db, userId, id)
  if (version === undefined || current === null || current.deletedAt !== null) throw new DomainError('NOT_FOUND')
  throw new DomainError('VERSION_CONFLICT', { current })
}
