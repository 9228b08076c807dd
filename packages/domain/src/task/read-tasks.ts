import type { Task } from '@taskwire/contract'
import { type Database, Prisma } from '@taskwire/prisma'
import { selectTask } from './task-columns.ts'

/** The live tags of `task`, by name; as a subquery, so that a page of tasks is one round trip. */
export const taskTags = Prisma.sql`
  coalesce((
    SELECT json_agg(json_build_object('id', tag.id, 'name', tag.name, 'color', tag.color) ORDER BY tag.name_key)
    FROM task_tags link
    JOIN tags tag ON tag.user_id = link.user_id AND tag.id = link.tag_id
    WHERE link.user_id = task.user_id AND link.task_id = task.id AND tag.deleted_at IS NULL
  ), '[]') AS tags`

/**
 * The same for a task that this statement changes. It may have waited for the user's lock, and what it then reads is from
 * before it waited: but for a volatile function, which sees the tags as they are now.
 */
export const changedTaskTags = Prisma.sql`live_tags(task.user_id, task.id) AS tags`

/** A task of the user, live or deleted; null when there is none with this id. */
export async function findTask(db: Database, userId: string, id: string): Promise<Task | null> {
  const [task] = await db.$queryRaw<Task[]>`
    SELECT ${selectTask}, ${taskTags} FROM tasks task WHERE task.user_id = ${userId}::uuid AND task.id = ${id}::uuid`
  return task ?? null
}
