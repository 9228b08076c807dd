import { createHash } from 'node:crypto'
import { readId, type TaskListQuery, type TaskSort } from '@taskwire/contract'
import { DomainError } from '../domain-error.ts'

/** Where a page of tasks ended: the last task's place in the list that it was a page of. */
export interface TaskCursor {
  /** The sort key as PostgreSQL writes it. */
  key: string
  id: string
}

const NOT_A_CURSOR = 'Not a valid cursor: send the nextCursor of the page before'
const ANOTHER_LIST = 'The cursor belongs to a list with another sort, order or filter: start again without a cursor'

export function encodeCursor({ key, id }: TaskCursor, query: TaskListQuery): string {
  return Buffer.from(JSON.stringify([listOf(query), key, id])).toString('base64url')
}

/** @throws DomainError VALIDATION_FAILED for a cursor that is none, or one of another list */
export function decodeCursor(text: string, query: TaskListQuery): TaskCursor {
  const parts = parse(text)
  if (!Array.isArray(parts) || parts.length !== 3) throw refusal(NOT_A_CURSOR)
  const [list, key, id] = [parts[0], parts[1], readId(parts[2])] as const
  if (list !== listOf(query)) throw refusal(typeof list === 'string' ? ANOTHER_LIST : NOT_A_CURSOR)
  if (typeof key !== 'string' || !isKey(key, query.sort)) throw refusal(NOT_A_CURSOR)
  if (id === null) throw refusal(NOT_A_CURSOR)
  return { key, id }
}

/** Names the list that a page is of: which tasks are in it and in what order. */
function listOf({ sort, order, deleted, completed, tagIds, search, dueAfter, dueBefore }: TaskListQuery): string {
  const list = [sort, order, deleted, completed, tagIds?.toSorted(), search, dueAfter, dueBefore]
  return createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 16)
}

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
