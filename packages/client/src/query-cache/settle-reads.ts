import type { Query } from '@tanstack/react-query'
import { type Backoff, backoff } from '../backoff.ts'
import type { TaskwireChanges } from '../changes/changes.ts'
import { cachedBy } from './cached-queries.ts'
import type { FeedPlace } from './own-writes.ts'
import type { Cached } from './patch.ts'
import type { QueryRecords } from './query-records.ts'

/** How long to wait before the version is asked for, in milliseconds. */
export interface SettlingTiming {
  /** For more answers, so that one question serves many. */
  gather: number
  /** From one question to the next, while changes keep coming. */
  again: Backoff
}

export const defaultSettlingTiming: SettlingTiming = {
  gather: 20,
  again: { first: 500, growth: 2, longest: 20_000 },
}

export interface SettleReadsOptions {
  changes: TaskwireChanges
  feed: FeedPlace
  records: QueryRecords
  timing: SettlingTiming
}

/** Finds out from when on the changes that are told are certainly not in an answer yet. */
export interface SettledReads {
  /** A query has been read. */
  arrive(query: Query): void
  /** The feed has begun: only from then on there is anything to ask for. */
  begin(): void
  stop(): void
}

/**
 * Asks for the version after an answer has come. When that is the one up to which the feed had told already, nothing is in
 * the answer that had not been told: what happens from then on is news to it. Otherwise something may be in it of which the
 * feed tells later, and the version is asked for again after a while.
 *
 * No clock decides: a change may be told late by any time. Nor does the version of a change: of a row that changes twice
 * only the second change may be told, and the answer may hold the first.
 */
export function settleReads({ changes, feed, records, timing }: SettleReadsOptions): SettledReads {
  const unsettled = new Set<Query>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopAsking: (() => void) | null = null
  let fruitless = 0

  function schedule(milliseconds: number): void {
    if (timer !== undefined || stopAsking !== null || unsettled.size === 0 || feed.version < 0) return
    timer = setTimeout(ask, milliseconds)
  }

  function ask(): void {
    timer = undefined
    const told = feed.version
    const asked = new Set(unsettled)
    const at = records.next()
    // A new subscription begins with the version that the server is at.
    stopAsking = changes.subscribe({
      onBegin: ({ version }) => end(version === told),
      onReset: () => end(false),
    })

    function end(isUpToDate: boolean): void {
      stopAsking?.()
      stopAsking = null
      if (isUpToDate) for (const query of asked) settle(query, at)
      fruitless = isUpToDate ? 0 : fruitless + 1
      schedule(fruitless === 0 ? timing.gather : backoff(fruitless, timing.again))
    }
  }

  function settle(query: Query, at: number): void {
    const record = records.of(query)
    // It may have been read once more since.
    if (record.readAt > at) return
    record.settledAt = at
    unsettled.delete(query)
  }

  return {
    arrive(query) {
      const cached = cachedBy(query)
      if (cached === null || !isCounted(cached)) return
      unsettled.add(query)
      schedule(timing.gather)
    },
    begin: () => schedule(timing.gather),
    stop() {
      clearTimeout(timer)
      stopAsking?.()
      unsettled.clear()
    },
  }
}

/** Whether an answer says more than what rows are like, each of which has a version: how many there are, or from which on. */
function isCounted({ procedure, input, data }: Cached): boolean {
  switch (procedure) {
    case 'task.get':
      return false
    case 'task.list':
      return data.total !== null || (input.offset ?? 0) > 0
    case 'task.list pages':
      return data.pages.some(({ total }) => total !== null)
    case 'tag.list':
      return true
  }
}
