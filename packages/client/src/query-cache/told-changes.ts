import type { QueryClient } from '@tanstack/react-query'
import type { Task } from '@taskwire/contract'
import type { RowChange } from '../changes/subscription.ts'
import { isAnythingUnderWay, newestTasks, pendingRows, rowName } from './cached-queries.ts'
import type { News, OwnWrites } from './own-writes.ts'
import { isCreation, type Knowledge } from './patched.ts'
import { createToldTags } from './told-tags.ts'

/** A change with what was known when it was told. */
export interface Told extends News {
  knowledge: Pick<Knowledge, 'before'>
  /** The moment at which it was applied. */
  at: number
}

/** Remembers changes while something is under way that may not know of them. */
export interface ToldChanges {
  add(news: readonly News[], at: number): Told[]
  /** What was told after a moment, without what is held by a mutation of the row. */
  after(moment: number): Told[]
  /** Forgets what nothing that is under way can lack. */
  tidy(): void
  forget(): void
}

export function createToldChanges(queryClient: QueryClient, writes: OwnWrites): ToldChanges {
  // By the row.
  const remembered = new Map<string, Told>()
  const tags = createToldTags()

  function beforeOf(change: RowChange, known: ReadonlyMap<string, Task>): Knowledge['before'] {
    if (change.type === 'tag') return undefined
    if (isCreation(change.task)) return null
    const untouched = writes.untouched(rowName(change))
    const before = untouched === undefined ? known.get(change.id) : untouched.task
    return before !== undefined && before.version < change.version ? before : undefined
  }

  return {
    add(news, at) {
      const changes = news.map(({ change }) => change)
      tags.note(changes)
      const ids = new Set(changes.map(({ id }) => id))
      const known = newestTasks(queryClient, { ids, isTold: writes.isTold })
      const told = news.map(({ change: each, toldAt }) => {
        const change = tags.withPresentTags(each)
        return { change, toldAt, knowledge: { before: beforeOf(change, known) }, at }
      })
      if (isAnythingUnderWay(queryClient)) for (const each of told) remembered.set(rowName(each.change), each)
      return told
    },
    after(moment) {
      const pending = pendingRows(queryClient)
      return [...remembered.values()].filter(({ at, change }) => at > moment && !pending.has(rowName(change)))
    },
    tidy() {
      if (!isAnythingUnderWay(queryClient)) remembered.clear()
    },
    forget() {
      remembered.clear()
      tags.forget()
    },
  }
}
