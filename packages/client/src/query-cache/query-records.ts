import type { Query } from '@tanstack/react-query'

/** What has happened to a query. Where nothing else is said, moments are numbers that grow with each event. */
export interface QueryRecord {
  /** The read that is under way, or the last one. */
  fetch: { at: number; isNextPage: boolean }
  /** When it was last to be read again; -1: never. */
  askedAt: number
  /** The version that the server had reached by then. */
  askedVersion: number
  /** When its answer has come; 0: before anybody noted it. */
  readAt: number
  /** All that was told later than this is certainly not in the answer yet; null: nothing is known of it. */
  settledAt: number | null
  /** What was in the cache before the answer that comes next. */
  shown: unknown
}

/** What has happened to each query since its cache is kept current. */
export interface QueryRecords {
  of(query: Query): QueryRecord
  /** @returns the moment of what happens now, later than all before */
  next(): number
}

/** A moment of which nothing is known: before all others. */
export const UNKNOWN = -1

/** A read of which nobody saw the beginning began before everything. */
export const UNSEEN = 0

export function createQueryRecords(): QueryRecords {
  const records = new WeakMap<Query, QueryRecord>()
  let moment = UNSEEN
  return {
    of(query) {
      const record = records.get(query) ?? {
        fetch: { at: UNSEEN, isNextPage: false },
        askedAt: -1,
        askedVersion: -1,
        readAt: UNSEEN,
        settledAt: null,
        shown: undefined,
      }
      records.set(query, record)
      return record
    },
    next() {
      moment += 1
      return moment
    },
  }
}
