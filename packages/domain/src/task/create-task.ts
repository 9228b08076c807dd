import type { Task, TaskCreateInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { v7 as uuidv7 } from 'uuid'
import { DomainError } from '../domain-error.ts'
import { hasRoom, type Quotas, refuseWhenFull } from '../quotas.ts'
import { findTask } from './read-tasks.ts'
import { insertContent, selectTask } from './task-columns.ts'

/**
 * Creates a task with its tags, in one statement. An id that the user has used before gives back what is there,
 * unchanged, even from the trash: a retry is safe.
 *
 * @throws DomainError NOT_FOUND when a tag is not the user's, QUOTA_REACHED
 */
export async function createTask(
  db: Database,
  userId: string,
  input: TaskCreateInput & Pick<Quotas, 'maxTasks'>,
): Promise<Task> {
  const { id = uuidv7(), tagIds = [], maxTasks } = input
  const { columns, values } = insertContent(input)
  const [created] = await db.$queryRaw<Task[]>`
    WITH wanted AS (
      SELECT id, name, color, name_key FROM tags
      WHERE user_id = ${userId}::uuid AND id = ANY(${tagIds}::uuid[]) AND deleted_at IS NULL
    ),
    task AS (
      INSERT INTO tasks (user_id, id, ${columns})
      SELECT ${userId}::uuid, ${id}::uuid, ${values}
      WHERE (SELECT count(*) FROM wanted) = ${tagIds.length}
        AND NOT EXISTS (SELECT FROM tasks WHERE user_id = ${userId}::uuid AND id = ${id}::uuid)
        AND ${hasRoom('tasks', userId, maxTasks)}
      ON CONFLICT (user_id, id) DO NOTHING
      RETURNING *
    ),
    link AS (
      INSERT INTO task_tags (user_id, task_id, tag_id) SELECT task.user_id, task.id, wanted.id FROM task, wanted
    )
    SELECT ${selectTask}, coalesce((
      SELECT json_agg(json_build_object('id', id, 'name', name, 'color', color) ORDER BY name_key) FROM wanted
    ), '[]') AS tags
    FROM task`
  if (created !== undefined) return created

  const existing = await findTask(db, userId, id)
  if (existing !== null) return existing
  const found = await db.tag.count({ where: { userId, id: { in: tagIds }, deletedAt: null } })
  if (found < tagIds.length) throw new DomainError('NOT_FOUND')
  await refuseWhenFull(db, userId, { kind: 'tasks', limit: maxTasks })
  // There was no room a moment ago.
  return createTask(db, userId, input)
}
