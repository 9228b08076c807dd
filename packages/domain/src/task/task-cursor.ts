import type { SortOrder, TaskSort } from '@taskwire/contract'
import { DomainError } from '../domain-error.ts'

/** Where a page of tasks ended: the last task's place in the list that it was a page of. */
export interface TaskCursor {
  sort: TaskSort
  order: SortOrder
  /** Of the trash, or of the live tasks. */
  deleted: boolean
  /** The sort key as PostgreSQL writes it. */
  key: string
  id: string
}

export function encodeCursor({ sort, order, deleted, key, id }: TaskCursor): string {
  return Buffer.from(JSON.stringify([sort, order, deleted, key, id])).toString('base64url')
}

/** @throws DomainError VALIDATION_FAILED for a cursor that is none, or one of another list */
export function decodeCursor(text: string, list: Pick<TaskCursor, 'sort' | 'order' | 'deleted'>): TaskCursor {
  const parts = parse(text)
  if (!Array.isArray(parts) || parts.length !== 5)
    throw refusal('Not a valid cursor: send the nextCursor of the page before')
  const [sort, order, deleted, key, id] = parts as unknown[]
  if (sort !== list.sort || order !== list.order || deleted !== list.deleted) {
    throw refusal('The cursor belongs to a list with another sort, order or trash: start again without a cursor')
  }
  if (typeof key !== 'string' || !isKey(key, list.sort) || typeof id !== 'string' || !UUID.test(id)) {
    throw refusal('Not a valid cursor: send the nextCursor of the page before')
  }
  return { ...list, key, id }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const INSTANT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,3})?\+00$/
const DATE_LENGTH = 'YYYY-MM-DD'.length
const MAX_TITLE_KEY = 1_000

function isKey(key: string, sort: TaskSort): boolean {
  if (sort === 'title') return key.length <= MAX_TITLE_KEY && key.isWellFormed() && !key.includes('\0')
  return (sort === 'dueAt' && key === 'infinity') || isInstant(key)
}

/** PostgreSQL refuses 30 February and the year 0, and `Date` takes them. */
function isInstant(key: string): boolean {
  if (!INSTANT.test(key) || key < '0001') return false
  const instant = new Date(key.replace(' ', 'T').replace('+00', 'Z'))
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(key.slice(0, DATE_LENGTH))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function refusal(message: string): DomainError<'VALIDATION_FAILED'> {
  return new DomainError('VALIDATION_FAILED', { issues: [{ path: 'cursor', message }] })
}
