import { notifyManager, type Query, type QueryClient } from '@tanstack/react-query'
import type { Task } from '@taskwire/contract'
import type { RowChange } from '../changes/subscription.ts'
import { cachedBy, followedQueries, isCached, pathOf, pendingRows, rowName } from './cached-queries.ts'
import type { News } from './own-writes.ts'
import { type Cached, patch } from './patch.ts'
import { type QueryRecords, UNKNOWN } from './query-records.ts'
import type { Told, ToldChanges } from './told-changes.ts'

export interface ApplyOptions {
  queryClient: QueryClient
  records: QueryRecords
  told: ToldChanges
  /** Has a query read again. */
  ask(query: Query): void
}

/** Puts changes into what is cached. */
export interface AppliedChanges {
  apply(news: readonly News[]): void
  /** Applies to a query once more what was told after a moment: its answer may be older. */
  applyAgain(query: Query, moment: number): void
  /** Puts data into the cache as if it had been answered so. */
  write(query: Query, data: unknown): void
  /** Whether that is being done. */
  readonly isWriting: boolean
}

export function createAppliedChanges({ queryClient, records, told, ask }: ApplyOptions): AppliedChanges {
  let isWriting = false

  function patchQuery(query: Query, news: readonly Told[]): void {
    let current = cachedBy(query)
    if (current === null) {
      if (query.state.status === 'error' && news.some(({ change }) => concerns(query, change))) ask(query)
      return
    }
    const { settledAt } = records.of(query)
    const pending = pendingRows(queryClient)
    const isPending = (id: string) => pending.has(rowName({ type: 'task', id }))
    let isCertain = true
    for (const { change, knowledge, toldAt } of news) {
      const isNews = settledAt !== null && settledAt < toldAt
      const { data, certain } = patch(current, change, { ...knowledge, isNews, isPending })
      isCertain &&= certain
      current = { ...current, data } as Cached
    }
    write(query, current.data)
    if (!isCertain) ask(query)
  }

  function write(query: Query, data: unknown): void {
    if (data === query.state.data) return
    const { dataUpdatedAt, isInvalidated } = query.state
    isWriting = true
    queryClient.setQueryData(query.queryKey, data, { updatedAt: dataUpdatedAt })
    isWriting = false
    records.of(query).shown = query.state.data
    if (isInvalidated) query.invalidate()
  }

  return {
    apply(news) {
      if (news.length === 0) return
      const added = told.add(news, records.next())
      notifyManager.batch(() => {
        // Who is told of what is written to one query may remove another.
        for (const query of followedQueries(queryClient)) if (isCached(queryClient, query)) patchQuery(query, added)
      })
    },
    applyAgain(query, moment) {
      const missed = told.after(moment)
      if (missed.length === 0) return
      // Whether the counts hold these changes already, nobody knows.
      const countsOnly = cachedBy(query)?.procedure === 'tag.list'
      const applied = countsOnly ? missed.filter(({ change }) => change.type === 'tag') : missed
      patchQuery(
        query,
        applied.map((each) => ({ ...each, toldAt: UNKNOWN })),
      )
      if (countsOnly && missed.some(changesCounts)) ask(query)
    },
    write,
    get isWriting() {
      return isWriting
    },
  }
}

/** Whether a query of one task that has failed may succeed now. */
function concerns({ queryKey }: Query, change: RowChange): boolean {
  const { input } = (queryKey[1] ?? {}) as { input?: { id?: string } }
  return change.type === 'task' && pathOf(queryKey).join('.') === 'task.get' && input?.id?.toLowerCase() === change.id
}

function changesCounts({ change, knowledge: { before } }: Told): boolean {
  if (change.type === 'tag') return false
  return before === undefined || tagIdsOf(before) !== tagIdsOf(change.task)
}

function tagIdsOf(task: Task | null): string {
  const ids = task?.tags.map(({ id }) => id) ?? []
  return ids.sort().join()
}
