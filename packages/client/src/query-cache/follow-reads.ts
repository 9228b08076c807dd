import type { Query, QueryCacheNotifyEvent, QueryClient } from '@tanstack/react-query'
import type { AppliedChanges } from './apply-changes.ts'
import { cachedBy, isFollowed, newestVersion, pendingRows, rowName } from './cached-queries.ts'
import { keepPending } from './keep-pending.ts'
import type { Cached } from './patch.ts'
import type { QueryRecords } from './query-records.ts'
import type { Rereads } from './rereads.ts'
import type { SettledReads } from './settle-reads.ts'
import type { ToldChanges } from './told-changes.ts'

export interface FollowReadsOptions {
  queryClient: QueryClient
  records: QueryRecords
  told: ToldChanges
  applied: AppliedChanges
  rereads: Rereads
  settled: SettledReads
}

/**
 * Brings up to date what is read: an answer that was on its way knows neither of changes that were told meanwhile nor of
 * mutations that are under way.
 *
 * @returns what ends it
 */
export function followReads({ queryClient, records, told, applied, rereads, settled }: FollowReadsOptions): () => void {
  function arrive(query: Query): void {
    const record = records.of(query)
    const { at, isNextPage } = record.fetch
    record.readAt = records.next()
    record.settledAt = null
    const read = cachedBy(query)
    if (!isNextPage && (at > record.askedAt || isAsNewAs(read, record.askedVersion))) rereads.done(query)
    if (read === null) return
    settled.arrive(query)
    const before = shownBefore(query)
    applied.applyAgain(query, at)
    record.shown = query.state.data
    const current = cachedBy(query)
    if (current !== null && before !== null) keep({ query, current, before })
  }

  function shownBefore(query: Query): Cached | null {
    return cachedBy({ queryKey: query.queryKey, state: { data: records.of(query).shown } })
  }

  function keep({ query, current, before }: { query: Query; current: Cached; before: Cached }): void {
    const type = current.procedure === 'tag.list' ? 'tag' : 'task'
    const pending = pendingRows(queryClient)
    const isPending = (id: string) => pending.has(rowName({ type, id }))
    const { isNextPage } = records.of(query).fetch
    applied.write(query, keepPending(current, before, { isPending, isNextPage }))
  }

  return queryClient.getQueryCache().subscribe((event: QueryCacheNotifyEvent) => {
    if (event.type !== 'updated' || applied.isWriting || !isFollowed(event.query.queryKey)) return
    const { query, action } = event
    if (action.type === 'fetch') {
      const record = records.of(query)
      record.fetch = { at: records.next(), isNextPage: action.meta?.fetchMore !== undefined }
      record.shown = query.state.data
    } else if (action.type === 'success' && action.manual === true) records.of(query).shown = query.state.data
    else if (action.type === 'success') arrive(query)
    told.tidy()
  })
}

/** Whether an answer was certainly read when the server had reached a version: it shows a row of that or a later one. */
function isAsNewAs(read: Cached | null, version: number): boolean {
  return read !== null && newestVersion(read) >= version
}
