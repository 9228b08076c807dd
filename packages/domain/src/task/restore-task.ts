import type { Task, TaskIdInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { lockedUser } from '../lock-user.ts'
import { changedTaskTags, findTask, taskColumns } from './read-tasks.ts'

/** Takes a task back from the trash, with its tags; one that is not there is left as it is. @throws DomainError NOT_FOUND */
export async function restoreTask(db: Database, userId: string, { id }: TaskIdInput): Promise<Task> {
  const [restored] = await db.$queryRaw<Task[]>`
    WITH task AS (
      UPDATE tasks SET deleted_at = NULL
      WHERE user_id = ${lockedUser(userId)} AND id = ${id}::uuid AND deleted_at IS NOT NULL
      RETURNING *
    )
    SELECT ${taskColumns}, ${changedTaskTags} FROM task`
  const task = restored ?? (await findTask(db, userId, id))
  if (task === null) throw new DomainError('NOT_FOUND')
  return task
}
