import type { ChangeListInput, ChangeListResult, Task } from '@taskwire/contract'
import { type Database, Prisma } from '@taskwire/prisma'
import { cutPage, PAGE_BYTES } from '../answer-bytes.ts'
import { DomainError } from '../domain-error.ts'

/** How long a page of changes may be, whichever comes first. */
export interface ChangePage {
  /** Changes. */
  limit: number
  /** Bytes of JSON; at least one change is on the page. */
  bytes?: number
}

interface ChangeRow extends Omit<Task, 'version' | 'deletedAt'> {
  changeSeq: number
  purgedSeq: number
  /** Null on the one row of a user without changes. */
  type: 'task' | 'tag' | null
  version: number
  deletedAt: Date | null
  name: string
  color: string | null
  /** Whether another one follows. */
  more: boolean
}

/**
 * The user's tasks and tags that have changed since a version, each once and as it is now. One statement reads them and
 * the user's counter: between two, a change could be counted that was not read.
 *
 * @throws DomainError SESSION_REVOKED when the account has just been deleted
 */
export async function listChanges(
  db: Database,
  userId: string,
  { since, limit, bytes = PAGE_BYTES }: ChangeListInput & ChangePage,
): Promise<ChangeListResult> {
  const inOrder = Prisma.sql`
    SELECT users.change_seq AS "changeSeq", users.purged_seq AS "purgedSeq", changed.type, changed.version, changed.id,
      users.id AS user_id, task.completed, task.completed_at AS "completedAt", task.due_at AS "dueAt", tag.color,
      ${unlessDeleted(Prisma.sql`task`, Prisma.sql`title`)}, ${unlessDeleted(Prisma.sql`task`, Prisma.sql`description`)},
      ${unlessDeleted(Prisma.sql`tag`, Prisma.sql`name`)},
      coalesce(task.created_at, tag.created_at) AS "createdAt",
      coalesce(task.updated_at, tag.updated_at) AS "updatedAt",
      coalesce(task.deleted_at, tag.deleted_at) AS "deletedAt"
    FROM users
    LEFT JOIN (
      (SELECT 'task' AS type, id, version FROM tasks
       WHERE user_id = ${userId}::uuid AND version > ${since ?? null}::int ORDER BY version LIMIT ${limit + 1})
      UNION ALL
      (SELECT 'tag', id, version FROM tags
       WHERE user_id = ${userId}::uuid AND version > ${since ?? null}::int ORDER BY version LIMIT ${limit + 1})
      ORDER BY version LIMIT ${limit + 1}
    ) changed ON true
    LEFT JOIN tasks task ON changed.type = 'task' AND task.user_id = users.id AND task.id = changed.id
    LEFT JOIN tags tag ON changed.type = 'tag' AND tag.user_id = users.id AND tag.id = changed.id
    WHERE users.id = ${userId}::uuid
    ORDER BY changed.version`
  const rows = await db.$queryRaw<ChangeRow[]>(
    cutPage(inOrder, { order: Prisma.sql`version`, texts, pageBytes: bytes }),
  )
  const [first] = rows
  if (first === undefined) throw new DomainError('SESSION_REVOKED')

  const { changeSeq, purgedSeq } = first
  const reset = since !== undefined && ((since > 0 && since < purgedSeq) || since > changeSeq)
  if (since === undefined || reset) return { changes: [], version: changeSeq, hasMore: false, reset }

  const page = rows.slice(0, limit)
  const changes = page.flatMap(toChange)
  const hasMore = page.at(-1)?.more === true
  return { changes, version: hasMore ? (changes.at(-1)?.version ?? since) : changeSeq, hasMore, reset }
}

/** In SQL: a text of a row, which a change tells only while that is live; it would take room on the page for nothing. */
function unlessDeleted(row: Prisma.Sql, text: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE WHEN ${row}.deleted_at IS NULL THEN ${row}.${text} END AS ${text}`
}

/** What can be long in a change. */
const texts = [Prisma.sql`title`, Prisma.sql`description`, Prisma.sql`name`]

function toChange(row: ChangeRow): ChangeListResult['changes'] {
  const { type, id, version, createdAt, updatedAt, deletedAt } = row
  const deleted = deletedAt !== null
  if (type === 'task') {
    const { title, description, completed, completedAt, dueAt, tags } = row
    const content = { title, description, completed, completedAt, dueAt, tags }
    return [
      {
        type,
        id,
        version,
        deleted,
        task: deleted ? null : { id, ...content, version, createdAt, updatedAt, deletedAt },
      },
    ]
  }
  if (type === 'tag') {
    const { name, color } = row
    return [
      {
        type,
        id,
        version,
        deleted,
        tag: deleted ? null : { id, name, color, version, createdAt, updatedAt, deletedAt },
      },
    ]
  }
  return []
}
