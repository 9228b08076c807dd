import type { Task } from '@taskwire/contract'

/** What a cached answer is after a change. */
export interface Patched<Data> {
  /** The very same object where nothing has changed. */
  data: Data
  /** Whether the server would answer the same now. Otherwise it is the best guess, to show until it is read again. */
  certain: boolean
}

/** What is known of a change beside itself. */
export interface Knowledge {
  /** The task as it was before; null: there was none; undefined: not known. */
  before: Task | null | undefined
  /** The change was certainly made after the cached answer was read. Otherwise the answer may hold it already. */
  isNews: boolean
  /** A mutation of the task is under way in this tab: what it has put into the cache stays. */
  isPending(id: string): boolean
}

/** The task as it was before a change, for one that the change has made. */
export function isCreation(task: Task | null): boolean {
  return task !== null && task.createdAt.getTime() === task.updatedAt.getTime()
}
