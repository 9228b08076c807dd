import type { Task } from '@taskwire/contract'
import { type Database, Prisma } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { lockedUser } from '../lock-user.ts'
import { changedTaskTags, findTask, taskColumns } from './read-tasks.ts'

/** A change of one live task. */
export interface TaskEdit {
  id: string
  /** The version that the change is based on; absent: whatever is there. */
  version?: number | undefined
  /** Assignments such as `title = $1`; none is a change as well, when the tags change. */
  assignments: Prisma.Sql[]
}

/**
 * Changes one live task in one statement. The trigger stamps it, and the lock on the user lets one of several with the
 * same version through; a transaction around it holds that lock to its end.
 *
 * @throws DomainError NOT_FOUND, or VERSION_CONFLICT with the task as it is now
 */
export async function changeTask(db: Database, userId: string, change: TaskEdit): Promise<Task> {
  const { id, version } = change
  const assignments = change.assignments.length > 0 ? change.assignments : [Prisma.sql`version = version`]
  const [changed] = await db.$queryRaw<Task[]>`
    WITH task AS (
      UPDATE tasks SET ${Prisma.join(assignments)}
      WHERE user_id = ${lockedUser(userId)} AND id = ${id}::uuid AND deleted_at IS NULL
        ${version === undefined ? Prisma.empty : Prisma.sql`AND version = ${version}`}
      RETURNING *
    )
    SELECT ${taskColumns}, ${changedTaskTags} FROM task`
  if (changed !== undefined) return changed

  const current = await findTask(db, userId, id)
  if (version === undefined || current === null || current.deletedAt !== null) throw new DomainError('NOT_FOUND')
  throw new DomainError('VERSION_CONFLICT', { current })
}
