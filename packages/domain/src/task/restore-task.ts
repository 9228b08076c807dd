import type { Task, TaskIdInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { lockedUser } from '../lock-user.ts'
import { hasRoom, type Quotas, refuseWhenFull } from '../quotas.ts'
import { changedTaskTags, findTask } from './read-tasks.ts'
import { selectTask } from './task-columns.ts'

/**
 * Takes a task back from the trash, with its tags; one that is not there is left as it is.
 *
 * @throws DomainError NOT_FOUND, QUOTA_REACHED
 */
export async function restoreTask(
  db: Database,
  userId: string,
  { id, maxTasks }: TaskIdInput & Pick<Quotas, 'maxTasks'>,
): Promise<Task> {
  const [restored] = await db.$queryRaw<Task[]>`
    WITH task AS (
      UPDATE tasks SET deleted_at = NULL
      WHERE user_id = ${lockedUser(userId)} AND id = ${id}::uuid AND deleted_at IS NOT NULL
        AND ${hasRoom('tasks', userId, maxTasks)}
      RETURNING *
    )
    SELECT ${selectTask}, ${changedTaskTags} FROM task`
  const task = restored ?? (await findTask(db, userId, id))
  if (task === null) throw new DomainError('NOT_FOUND')
  if (task.deletedAt === null) return task
  await refuseWhenFull(db, userId, { kind: 'tasks', limit: maxTasks })
  // It was live a moment ago, or there was no room then.
  return restoreTask(db, userId, { id, maxTasks })
}
