import type { Mutation, QueryClient } from '@tanstack/react-query'
import type { Task } from '@taskwire/contract'
import type { RowChange } from '../changes/subscription.ts'
import { newestTasks, pendingRows, rowName, rowsOf } from './cached-queries.ts'
import type { QueryRecords } from './query-records.ts'

/** A change that can be applied now. */
export interface News {
  change: RowChange
  /**
   * The moment at which the first of the changes that it stands for was told; `UNKNOWN` where many were caught up with.
   * What was known of the row before is as it was at that moment.
   */
  toldAt: number
}

/** How far the changes have been told. */
export interface FeedPlace {
  /** Up to which changes have been told and applied; -1: nothing is known yet. */
  version: number
  /** Which the server had reached when it told the last ones: they may not be applied yet. */
  reached: number
}

/** What mutations of this tab have done to rows, and the changes that wait until they have ended. */
export interface OwnWrites {
  /** Called when a mutation begins, before the application changes the cached rows. */
  begin(mutation: Mutation): void
  /** @returns of the changes those that can be applied now: the others wait, or are known by a mutation's answer */
  admit(told: readonly RowChange[], toldAt: number): News[]
  /** Takes what a mutation has answered. @returns it where it can be applied now; null: it waits, or is known already */
  answer(change: RowChange): News | null
  /** Called when a mutation has ended. @returns the changes that need not wait any longer */
  release(mutation: Mutation): News[]
  /** Called after these have been applied. */
  end(mutation: Mutation): void
  /** Called after changes have been applied that the feed may not have told yet. */
  applied(news: readonly News[]): void
  /** Called when the feed has told more, and that has been applied. */
  tidy(): void
  /** Whether a task is as it was told, or answered by a mutation: not newer, as one that was read may be. */
  isTold(task: Task): boolean
  /** The task as it was before mutations changed the cached one. */
  untouched(row: string): { task: Task | undefined } | undefined
  forget(): void
}

export interface OwnWritesOptions {
  queryClient: QueryClient
  records: QueryRecords
  feed: FeedPlace
}

export function createOwnWrites({ queryClient, records, feed }: OwnWritesOptions): OwnWrites {
  // All by the row.
  const held = new Map<string, News>()
  const untouched = new Map<string, { task: Task | undefined }>()
  // The versions that were answered, of which the feed has not told yet.
  const answered = new Map<string, number>()

  function hold({ change, toldAt }: News, pending: ReadonlySet<string>): boolean {
    const row = rowName(change)
    if (!pending.has(row)) return false
    const waiting = held.get(row)
    if (waiting === undefined) held.set(row, { change, toldAt })
    else if (waiting.change.version < change.version) {
      held.set(row, { change, toldAt: Math.min(waiting.toldAt, toldAt) })
    }
    return true
  }

  function isAnswered({ change }: News): boolean {
    return (answered.get(rowName(change)) ?? -1) >= change.version
  }

  function isTold(task: Task): boolean {
    return task.version <= feed.version || answered.get(rowName({ type: 'task', id: task.id })) === task.version
  }

  function endedRows(mutation: Mutation): string[] {
    const pending = pendingRows(queryClient)
    return rowsOf(mutation).filter((row) => !pending.has(row))
  }

  return {
    begin(mutation) {
      const rows = rowsOf(mutation).filter((row) => row.startsWith('task:') && !untouched.has(row))
      if (rows.length === 0) return
      const known = newestTasks(queryClient, { ids: new Set(rows.map((row) => row.slice('task:'.length))), isTold })
      for (const row of rows) untouched.set(row, { task: known.get(row.slice('task:'.length)) })
    },
    admit(told, toldAt) {
      const pending = pendingRows(queryClient)
      return told.map((change) => ({ change, toldAt })).filter((news) => !isAnswered(news) && !hold(news, pending))
    },
    answer(change) {
      const row = rowName(change)
      const waiting = held.get(row)
      // The feed was faster, or has told of a later change already.
      if (waiting === undefined ? change.version <= feed.version : waiting.change.version > change.version) return null
      const news = { change, toldAt: waiting?.toldAt ?? records.next() }
      if (hold(news, pendingRows(queryClient))) return null
      held.delete(row)
      return news
    },
    release(mutation) {
      const rows = endedRows(mutation)
      const ready = rows.flatMap((row) => held.get(row) ?? [])
      for (const row of rows) held.delete(row)
      return ready
    },
    applied(news) {
      for (const { change } of news) if (change.version > feed.version) answered.set(rowName(change), change.version)
    },
    tidy() {
      for (const [row, version] of answered) if (version <= feed.version) answered.delete(row)
    },
    isTold,
    end(mutation) {
      for (const row of endedRows(mutation)) untouched.delete(row)
    },
    untouched: (row) => untouched.get(row),
    forget() {
      held.clear()
      answered.clear()
    },
  }
}
