import { createHash } from 'node:crypto'
import { readId, type TaskListQuery, validationIssue } from '@taskwire/contract'
import { DomainError } from '../domain-error.ts'
import { taskSorts } from './task-sorts.ts'

/** Where a page of tasks ended: the last task's place in the list that it was a page of. */
export interface TaskCursor {
  /** The sort key as PostgreSQL writes it. */
  key: string
  id: string
}

export function encodeCursor({ key, id }: TaskCursor, query: TaskListQuery): string {
  return Buffer.from(JSON.stringify([listOf(query), key, id])).toString('base64url')
}

/** @throws DomainError VALIDATION_FAILED for a text that is no cursor, or a cursor of another list */
export function decodeCursor(text: string, query: TaskListQuery): TaskCursor {
  const parts = parse(text)
  if (!Array.isArray(parts) || parts.length !== 3) throw refusal('NOT_A_CURSOR')
  const [list, key, id] = [parts[0], parts[1], readId(parts[2])] as const
  if (list !== listOf(query)) throw refusal(typeof list === 'string' ? 'CURSOR_OF_ANOTHER_LIST' : 'NOT_A_CURSOR')
  if (typeof key !== 'string' || !taskSorts[query.sort].isKey(key)) throw refusal('NOT_A_CURSOR')
  if (id === null) throw refusal('NOT_A_CURSOR')
  return { key, id }
}

/** What a query says of how much of a list is wanted, and from where. All else says which list it is. */
export type Paging = keyof typeof paging
const paging = { limit: true, cursor: true, offset: true, withTotal: true } as const

/** Names the list that a page is of, whether a filter that is not set is absent or undefined. */
function listOf(query: TaskListQuery): string {
  const list = Object.entries({ ...query, tagIds: query.tagIds?.toSorted() })
    .filter(([field, value]) => !(field in paging) && value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 16)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function refusal(code: 'NOT_A_CURSOR' | 'CURSOR_OF_ANOTHER_LIST'): DomainError<'VALIDATION_FAILED'> {
  return new DomainError('VALIDATION_FAILED', { issues: [validationIssue('cursor', code, {})] })
}
