import type { ChangeListInput, ChangeListResult } from '@taskwire/contract'
import { notify } from '../notify.ts'
import type { ChangeNews } from './news.ts'
import type { ListChanges } from './questions.ts'
import type { ChangeSubscription, ChangesStatus, RowChange } from './subscription.ts'
import type { Waking } from './waking.ts'

/** Keeps one subscriber up to date: what it was not told by the stream it asks the server for. */
export interface ChangeReader {
  /** The version up to which its functions have been called, and have returned; -1 before it begins. */
  readonly told: number
  /** Goes on for this user. When it is another user than before, it starts over. */
  follow(owner: string): void
  hear(news: ChangeNews): void
  /** Asks and tells nothing until `follow` is called again. */
  pause(): void
  show(status: ChangesStatus): void
  report(error: unknown): void
  end(error: unknown): void
}

export interface ReaderOptions {
  subscription: ChangeSubscription
  list: ListChanges
  waking: Waking
  /** Called after each batch that the subscriber has been told. */
  onTold(): void
  /** Ends everything when no further try can help. @returns whether it did */
  endsWith(error: unknown): boolean
}

const PAGE_SIZE = 500

/** Where the page ends. An older server says nothing of snapshots, and refuses to hear of any. */
function after({ version, snapshot }: ChangeListResult): ChangeListInput {
  return snapshot == null ? { since: version } : { since: version, snapshot }
}

export function createReader({ subscription, list, waking, onTold, endsWith }: ReaderOptions): ChangeReader {
  let version = subscription.since
  let told = version ?? -1
  let lastOwner: string | null = null
  // Another user has signed in, to whom nothing of what is known belongs.
  let startsOver = false
  let following = new AbortController()
  following.abort()
  let reading = false
  // The highest version that was announced while pages were read.
  let wanted = 0
  let caughtUp = false

  async function catchUp(signal: AbortSignal): Promise<void> {
    reading = true
    for (let failures = 0; !signal.aborted; ) {
      try {
        wanted = 0
        await readPages(signal)
        if (signal.aborted) return
        if (wanted <= (version ?? 0)) {
          reading = false
          return
        }
        failures = 0
      } catch (error) {
        if (signal.aborted || endsWith(error)) return
        failures += 1
        notify(() => subscription.onError?.(error))
        await waking.pause({ error, count: failures }, signal)
      }
    }
  }

  /** Reads the next page while the subscriber is told of the present one. */
  async function readPages(signal: AbortSignal): Promise<void> {
    let asked: Promise<ChangeListResult> | null = ask({ since: version }, signal)
    while (asked !== null) {
      const page: ChangeListResult = await asked
      if (signal.aborted) return
      asked = page.hasMore ? ask(after(page), signal) : null
      if (version === undefined || page.reset) {
        begin(page)
        if (signal.aborted) return
      }
      tell(page.changes, page, signal)
      if (signal.aborted) return
    }
  }

  function ask(from: Pick<ChangeListInput, 'since' | 'snapshot'>, signal: AbortSignal): Promise<ChangeListResult> {
    const asked = list(from.since === undefined ? {} : { ...from, limit: PAGE_SIZE }, { signal })
    // It may fail before it is awaited, and is not awaited where the subscriber ends while it is told.
    asked.catch(() => {})
    return asked
  }

  function begin({ version: place, reset }: ChangeListResult): void {
    const isReset = reset || startsOver
    version = place
    startsOver = false
    caughtUp = false
    notify(() => (isReset ? subscription.onReset({ version: place }) : subscription.onBegin?.({ version: place })))
  }

  /** Tells what of these changes is new. Stops where a function of the subscriber ends the subscription. */
  function tell(changes: readonly RowChange[], end: { version: number; hasMore: boolean }, signal: AbortSignal): void {
    const last = version ?? -1
    const news = changes.filter((change) => change.version > last)
    for (const change of news) {
      version = change.version
      notify(() => subscription.onChange?.(change))
      if (signal.aborted) return
    }
    version = Math.max(last, end.version)
    const place = { version, caughtUp: !end.hasMore && wanted <= version }
    if (news.length > 0 || place.caughtUp !== caughtUp || version > told) {
      caughtUp = place.caughtUp
      notify(() => subscription.onBatch?.(news, place))
    }
    if (signal.aborted) return
    told = version
    onTold()
  }

  function want(heard: number): void {
    if (reading) wanted = Math.max(wanted, heard)
    else if (version === undefined || heard > version) catchUp(following.signal)
  }

  /**
   * Whether the server is at a version below what is known, such as with a restored backup. It may also be an answer that
   * came late. The server knows, so it is asked.
   */
  function isBelow(heard: number): boolean {
    return version !== undefined && heard < version
  }

  return {
    get told() {
      return told
    },
    follow(owner) {
      if (lastOwner !== null && lastOwner !== owner) {
        version = undefined
        told = -1
        startsOver = true
      }
      lastOwner = owner
      following.abort()
      following = new AbortController()
      caughtUp = false
      catchUp(following.signal)
    },
    hear(news) {
      if (following.signal.aborted) return
      if (news.type === 'lost') want(Number.POSITIVE_INFINITY)
      else if (news.type === 'at') want(isBelow(news.version) ? Number.POSITIVE_INFINITY : news.version)
      else if (!reading && version !== undefined && news.from <= version) {
        tell([news.change], { version: news.change.version, hasMore: false }, following.signal)
      } else want(news.change.version)
    },
    pause: () => following.abort(),
    show: (status) => notify(() => subscription.onStatus?.(status)),
    report: (error) => notify(() => subscription.onError?.(error)),
    end(error) {
      following.abort()
      notify(() => subscription.onEnd?.(error))
    },
  }
}
