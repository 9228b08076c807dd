import type { TagWithCount, Task, TaskIdInput, TaskListInput, TaskListResult } from '@taskwire/contract'
import type { RowChange } from '../changes/subscription.ts'
import { patchTagCounts, patchTagList } from './patch-tag-list.ts'
import { type CachedList, patchTagsOfList, patchTaskList } from './patch-task-list.ts'
import { patchTaskTags } from './patch-task-tags.ts'
import type { Knowledge, Patched } from './patched.ts'
import { readListInput } from './task-list-query.ts'

/** What an infinite query of `task.list` holds. */
export interface TaskPages {
  pages: TaskListResult[]
  pageParams: unknown[]
}

/** An answer of the server in the cache, with what was asked. */
export type Cached =
  | { procedure: 'task.get'; input: TaskIdInput; data: Task }
  | { procedure: 'task.list'; input: TaskListInput; data: TaskListResult }
  | { procedure: 'task.list pages'; input: TaskListInput; data: TaskPages }
  | { procedure: 'tag.list'; input: undefined; data: TagWithCount[] }

/** What the answer is after a change. One that is older than what is cached changes nothing. */
export function patch(cached: Cached, change: RowChange, knowledge: Knowledge): Patched<Cached['data']> {
  switch (cached.procedure) {
    case 'task.get':
      return patchTask(cached.data, change)
    case 'task.list': {
      const { data, certain } = patchPages(listOf(cached.input, [cached.data]), change, knowledge)
      return { data: data[0] ?? cached.data, certain }
    }
    case 'task.list pages': {
      const { pages, pageParams } = cached.data
      const cursor = pageParams[0] ?? null
      const list = { ...listOf(cached.input, pages), cursor: cursor === null ? null : String(cursor), isInfinite: true }
      const { data, certain } = patchPages(list, change, knowledge)
      return { data: data === pages ? cached.data : { ...cached.data, pages: data }, certain }
    }
    case 'tag.list':
      return change.type === 'tag' ? patchTagList(cached.data, change) : patchTagCounts(cached.data, change, knowledge)
  }
}

function listOf(input: TaskListInput, pages: TaskListResult[]): CachedList {
  return { query: readListInput(input), pages, cursor: input.cursor ?? null, isInfinite: false }
}

function patchPages(list: CachedList, change: RowChange, knowledge: Knowledge): Patched<TaskListResult[]> {
  return change.type === 'task' ? patchTaskList(list, change, knowledge) : patchTagsOfList(list, change, knowledge)
}

function patchTask(task: Task, change: RowChange): Patched<Task> {
  if (change.type === 'tag') return patchTaskTags(task, change)
  if (change.id !== task.id || change.version <= task.version) return { data: task, certain: true }
  // The server would answer `NOT_FOUND`, which is for it to say.
  return change.task === null ? { data: task, certain: false } : { data: change.task, certain: true }
}
