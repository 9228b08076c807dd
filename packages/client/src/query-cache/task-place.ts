import type { Task, TaskSort } from '@taskwire/contract'
import { compareTitles, type TextOrder } from './text-order.ts'

/** Where a task stands in a list: by its sort key, and by its id among those with the same key. */
export interface TaskPlace {
  /** Milliseconds, infinite for a task without a date; or the title. */
  key: number | string
  id: string
}

/** How a list is sorted. */
export interface TaskOrder {
  sort: TaskSort
  order: 'asc' | 'desc'
}

export function placeOf(task: Task, sort: TaskSort): TaskPlace {
  return { key: sort === 'title' ? task.title : (task[sort]?.getTime() ?? Number.POSITIVE_INFINITY), id: task.id }
}

/** Which of two places comes first in the list. */
export function comparePlaces(one: TaskPlace, other: TaskPlace, { order }: TaskOrder): TextOrder {
  const byKey = compareKeys(one.key, other.key)
  const byId = one.id < other.id ? -1 : Number(one.id > other.id)
  const ascending = byKey.order === 0 ? byId : byKey.order
  return { order: order === 'asc' ? ascending : -ascending, certain: byKey.certain }
}

function compareKeys(one: TaskPlace['key'], other: TaskPlace['key']): TextOrder {
  if (typeof one === 'string' && typeof other === 'string') return compareTitles(one, other)
  return { order: one === other ? 0 : one < other ? -1 : 1, certain: true }
}
