import type { Task, TaskListInput } from '@taskwire/contract'
import type { TaskOrder } from './task-place.ts'

/** Which tasks a list holds and how it is sorted, once the server's defaults are filled in. */
export interface TaskListQuery extends TaskOrder {
  limit: number
  offset: number
  deleted: boolean
  completed: boolean | undefined
  dueAfter: Date | undefined
  dueBefore: Date | undefined
  /** In lower case. */
  tagIds: string[]
  /** Empty for none. */
  search: string
}

export function readListInput(input: TaskListInput): TaskListQuery {
  return {
    limit: input.limit ?? 20,
    offset: input.offset ?? 0,
    sort: input.sort ?? 'createdAt',
    order: input.order ?? 'desc',
    deleted: input.deleted ?? false,
    completed: input.completed,
    dueAfter: input.dueAfter,
    dueBefore: input.dueBefore,
    tagIds: (input.tagIds ?? []).map((id) => id.toLowerCase()),
    search: input.search?.trim() ?? '',
  }
}

/** Whether something is so; undefined where only the database knows. */
export type Answer = boolean | undefined

/** Whether a live task is in the list. */
export function holds(query: TaskListQuery, task: Task): Answer {
  const due = task.dueAt?.getTime()
  const known =
    !query.deleted &&
    (query.completed === undefined || query.completed === task.completed) &&
    (query.dueAfter === undefined || (due !== undefined && due >= query.dueAfter.getTime())) &&
    (query.dueBefore === undefined || (due !== undefined && due < query.dueBefore.getTime())) &&
    query.tagIds.every((id) => task.tags.some((tag) => tag.id === id))
  return known && contains(task, query.search)
}

/** As `ILIKE` finds it. Of letters beyond ASCII the database's locale decides which are the same. */
function contains({ title, description }: Task, search: string): Answer {
  const texts = [title, description ?? '']
  if (texts.some((text) => asciiLowerCase(text).includes(asciiLowerCase(search)))) return true
  return [...texts, search].every(isAscii) ? false : undefined
}

function asciiLowerCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text)
}
