import type { Change, ChangeListInput, ChangeListResult, ResetChange } from '@taskwire/contract'
import { delay } from '../abort.ts'
import { backoff } from '../backoff.ts'
import { waitAskedBy } from '../error.ts'
import type { Timing } from '../timing.ts'

/** What the tab that has the stream tells all tabs, itself included. */
export type ChangeNews =
  /** A change. There is no other between the version `from` and it. */
  | { type: 'told'; from: number; change: Exclude<Change, ResetChange> }
  /** The stream is at this version. */
  | { type: 'at'; version: number }
  /** The server no longer knows the changes after the stream's version. */
  | { type: 'lost' }

export type ListChanges = (input: ChangeListInput, options: { signal: AbortSignal }) => Promise<ChangeListResult>

/** Where to begin, and what to call. */
export interface ChangeSubscription {
  /** The last version that is known, such as that of the last change, or of `change.list`; absent: begin now. */
  since?: number | undefined
  /** Without `since`: called once with the version at which it begins. Whatever is read from then on misses nothing. */
  onBegin?(beginning: { version: number }): void
  /** Called with each change, once, in the order of their versions. */
  onChange(change: Exclude<Change, ResetChange>): void
  /**
   * The changes since the last version are not known any more, or another user has signed in: read everything again.
   * Changes after `version` follow.
   */
  onReset(reset: { version: number }): void
  /** Called once when the server refuses a client's fixed token for good: nothing follows. */
  onEnd?(error: unknown): void
}

/** Keeps one subscriber up to date: what it was not told by the stream it asks the server for. */
export interface ChangeReader {
  /** Goes on for this user. When it is another user than before, it starts over. */
  follow(owner: string): void
  hear(news: ChangeNews): void
  /** Asks and tells nothing until `follow` is called again. */
  pause(): void
  end(error: unknown): void
}

export interface ReaderOptions {
  subscription: ChangeSubscription
  list: ListChanges
  timing: Timing
  /** Ends everything when no further try can help. @returns whether it did */
  endsWith(error: unknown): boolean
}

const PAGE_SIZE = 500

export function createReader({ subscription, list, timing, endsWith }: ReaderOptions): ChangeReader {
  let version = subscription.since
  let lastOwner: string | null = null
  // Another user has signed in, to whom nothing of what is known belongs.
  let startsOver = false
  let following = new AbortController()
  following.abort()
  let reading = false
  // The highest version that was announced while pages were read.
  let wanted = 0

  async function catchUp(signal: AbortSignal): Promise<void> {
    reading = true
    for (let failures = 1; !signal.aborted; ) {
      try {
        wanted = 0
        await readPages(signal)
        if (signal.aborted) return
        if (wanted <= (version ?? 0)) {
          reading = false
          return
        }
        failures = 1
      } catch (error) {
        if (signal.aborted || endsWith(error)) return
        await delay(backoff(failures, timing.reconnect, waitAskedBy(error)), signal)
        failures += 1
      }
    }
  }

  async function readPages(signal: AbortSignal): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const page = await list(version === undefined ? {} : { since: version, limit: PAGE_SIZE }, { signal })
      if (signal.aborted) return
      if (version === undefined || page.reset) {
        const isReset = page.reset || startsOver
        const place = { version: page.version }
        version = place.version
        startsOver = false
        notify(() => (isReset ? subscription.onReset(place) : subscription.onBegin?.(place)))
        if (signal.aborted) return
      }
      for (const change of page.changes) {
        tell(change)
        if (signal.aborted) return
      }
      version = Math.max(version, page.version)
      hasMore = page.hasMore
    }
  }

  function tell(change: Exclude<Change, ResetChange>): void {
    if (version !== undefined && change.version <= version) return
    version = change.version
    notify(() => subscription.onChange(change))
  }

  function want(heard: number): void {
    if (reading) wanted = Math.max(wanted, heard)
    else if (version === undefined || heard > version) catchUp(following.signal)
  }

  return {
    follow(owner) {
      if (lastOwner !== null && lastOwner !== owner) {
        version = undefined
        startsOver = true
      }
      lastOwner = owner
      following.abort()
      following = new AbortController()
      catchUp(following.signal)
    },
    hear(news) {
      if (following.signal.aborted) return
      if (news.type === 'lost') want(Number.POSITIVE_INFINITY)
      else if (news.type === 'at') want(news.version)
      else if (!reading && version !== undefined && news.from <= version) tell(news.change)
      else want(news.change.version)
    },
    pause: () => following.abort(),
    end(error) {
      following.abort()
      notify(() => subscription.onEnd?.(error))
    },
  }
}

/** Calls a subscriber. What it throws is reported as an uncaught error, so that the other subscribers are still called. */
function notify(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
