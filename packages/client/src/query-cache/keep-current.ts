import type { Query, QueryClient } from '@tanstack/react-query'
import type { TaskwireChanges } from '../changes/changes.ts'
import { createAppliedChanges } from './apply-changes.ts'
import { cachedBy, followedQueries, isMutating, newestVersion } from './cached-queries.ts'
import { followMutations } from './follow-mutations.ts'
import { followReads } from './follow-reads.ts'
import { createOwnWrites, type FeedPlace } from './own-writes.ts'
import { createQueryRecords, UNKNOWN, UNSEEN } from './query-records.ts'
import { createRereads, defaultRereadTiming, type RereadTiming } from './rereads.ts'
import { defaultSettlingTiming, type SettlingTiming, settleReads } from './settle-reads.ts'
import { createToldChanges } from './told-changes.ts'

const defaultTiming = { ...defaultRereadTiming, settling: defaultSettlingTiming }

export interface KeepCurrentOptions {
  changes: TaskwireChanges
  queryClient: QueryClient
  /** Told what goes wrong with following the changes and is tried again. */
  onError?(error: unknown): void
  /** Only tests pass one. */
  timing?: RereadTiming & { settling: SettlingTiming }
}

/**
 * Keeps what the cache holds of tasks and tags as the server has it. Each change is applied to it; what a change leads to
 * only the server knows is read again. What mutations of this tab have put into the cache stays until they have ended.
 *
 * @returns what ends it
 */
export function keepCurrent(options: KeepCurrentOptions): () => void {
  const { changes, queryClient, onError, timing = defaultTiming } = options
  const feed: FeedPlace = { version: -1, reached: -1 }
  const records = createQueryRecords()
  const rereads = createRereads({
    queryClient,
    timing,
    isHeldUp: () => isMutating(queryClient),
  })
  const writes = createOwnWrites({ queryClient, records, feed })
  const told = createToldChanges(queryClient, writes)
  const applied = createAppliedChanges({ queryClient, records, told, ask })
  const settled = settleReads({ changes, feed, records, timing: timing.settling })

  function ask(query: Query): void {
    const record = records.of(query)
    record.askedAt = records.next()
    record.askedVersion = feed.reached
    rereads.ask(query)
  }

  /** Of what happened before this, nothing was told. */
  function beginAt(version: number, { isSpared }: { isSpared(query: Query): boolean }): void {
    feed.version = feed.reached = version
    for (const query of followedQueries(queryClient)) {
      const record = records.of(query)
      if (!hasBegun(query)) continue
      if (!isSpared(query)) {
        record.settledAt = null
        ask(query)
        // One that nobody saw arrive was read when the version was not asked for yet.
      } else if (record.readAt === UNSEEN) record.settledAt = records.next()
    }
    settled.begin()
  }

  const stops = [
    followReads({ queryClient, records, told, applied, rereads, settled }),
    followMutations({ queryClient, writes, told, applied, rereads }),
    changes.subscribe({
      onBegin: ({ version }) => beginAt(version, { isSpared: (query) => wasReadAt(version, query) }),
      onReset({ version }) {
        writes.forget()
        told.forget()
        beginAt(version, { isSpared: () => false })
      },
      onError: (error) => onError?.(error),
      onBatch(news, { version, caughtUp }) {
        feed.reached = version
        const admitted = writes.admit(news, caughtUp ? records.next() : UNKNOWN)
        applied.apply(admitted)
        feed.version = version
        writes.tidy()
      },
    }),
    () => rereads.stop(),
    () => settled.stop(),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function hasBegun({ state: { data, status, fetchStatus } }: Query): boolean {
  return data !== undefined || status === 'error' || fetchStatus !== 'idle'
}

/**
 * Whether a query was certainly read when the server had reached a version: it shows a row of that version, and has been
 * read once and not been changed since. Of others that were read before the changes are followed nobody knows what they
 * miss; to know it, the version would have to be asked for first, which would delay what is shown.
 */
function wasReadAt(version: number, query: Query): boolean {
  const { dataUpdateCount, isInvalidated, fetchStatus } = query.state
  const cached = cachedBy(query)
  const isAsRead = dataUpdateCount === 1 && !isInvalidated && fetchStatus === 'idle'
  return cached !== null && isAsRead && newestVersion(cached) >= version
}
