import type { Timing } from '../timing.ts'
import type { Account } from './account.ts'
import { childOf } from './child.ts'
import { type Connection, createConnection, type FeedStatus } from './connection.ts'
import { runFeed } from './feed.ts'
import { type FeedNews, positionAfter } from './news.ts'
import { inOneTab, type SharedWork } from './one-tab.ts'
import { createQuestions, type ListChanges } from './questions.ts'
import type { ChangeReader } from './reader.ts'
import type { OpenStream } from './stream.ts'
import type { ChangesStatus } from './subscription.ts'
import { createWaking, listenToBrowser, type WakeReason, type Waking } from './waking.ts'

/** Whose changes are followed, and how. */
export interface FollowedAccount {
  account: Account
  list: ListChanges
  open: OpenStream
  /** The same for all tabs that share a stream; null: this client has its own. */
  shareAs: string | null
  timing: Timing
}

export interface FollowOptions extends FollowedAccount {
  readers: ReadonlySet<ChangeReader>
  /** Called each time that the status becomes another. */
  onStatus(status: ChangesStatus): void
  /** Ends everything when no further try can help. @returns whether it did */
  endsWith(error: unknown): boolean
  /** Called with the reason when the user who was followed is not the one any more, and when there is none. */
  onLeave(reason: Error): void
}

/** Runs as long as anybody wants to know of it. */
export interface Following {
  readonly status: ChangesStatus
  /** Asks for changes, and gives up after a time. */
  readonly list: ListChanges
  readonly waking: Waking
  join(reader: ChangeReader): void
  stop(): void
}

export const SIGNED_OUT = 'Nobody is signed in'

export function follow({ readers, shareAs, onStatus, onLeave, ...options }: FollowOptions): Following {
  const { account, timing } = options
  const waking = createWaking(timing)
  const stopping = new AbortController()
  const questions = createQuestions(options.list, { timing, waking, signal: stopping.signal })
  const { list } = questions
  let stay = childOf(stopping.signal)
  // Undefined: not known yet.
  let owner: string | null | undefined
  let feedStatus: FeedStatus = 'connecting'
  let shown: ChangesStatus = 'connecting'
  let connection: Connection | null = null
  let shared: SharedWork | null = null

  function statusNow(): ChangesStatus {
    return owner === null ? 'signedOut' : feedStatus
  }

  function show(next: FeedStatus): void {
    feedStatus = next
    const status = statusNow()
    if (status === shown) return
    shown = status
    onStatus(status)
  }

  function report(error: unknown): void {
    for (const reader of [...readers]) reader.report(error)
  }

  /** Follows the user who is signed in now. */
  function turnTo(next: string | null): void {
    if (next === owner || stopping.signal.aborted) return
    const isFirst = owner === undefined
    owner = next
    stay.abort()
    stay = childOf(stopping.signal)
    shared = null
    questions.forget()
    for (const reader of readers) {
      if (next === null) reader.pause()
      else reader.follow(next)
    }
    show('connecting')
    if (next === null) onLeave(new Error(SIGNED_OUT))
    else if (!isFirst) onLeave(new Error('Another user has signed in'))
    // What was just called may have ended it all.
    if (next !== null && next === owner && !stay.signal.aborted) shareFeed(next, stay.signal)
  }

  function shareFeed(user: string, signal: AbortSignal): void {
    let position: number | undefined
    shared = inOneTab<FeedNews>(
      {
        name: shareAs === null ? null : `${shareAs}:${user}`,
        onNews(news) {
          if (news.type === 'status') return show(news.status)
          position = positionAfter(news)
          for (const reader of [...readers]) reader.hear(news)
        },
        async work(tell, ending) {
          const mine = createConnection((status) => tell({ type: 'status', status }))
          connection = mine
          await runFeed({ ...options, list, waking, connection: mine, position: () => position, tell, report }, ending)
          if (connection === mine) connection = null
        },
        present() {
          const status: FeedNews = { type: 'status', status: feedStatus }
          return position === undefined ? [status] : [status, { type: 'at', version: position }]
        },
        onAsked: () => waking.wake('asked'),
        onBeat() {
          // The tab that has the stream may be one at which nobody looks, and wait longer.
          if (feedStatus === 'offline' || feedStatus === 'connecting') shared?.ask()
        },
      },
      signal,
    )
  }

  async function identify(): Promise<void> {
    for (let failures = 1; !stopping.signal.aborted; failures += 1) {
      try {
        const found = await account.identify()
        // Whoever has signed in or out in the meantime is known better.
        if (owner === undefined) turnTo(found)
        return
      } catch (error) {
        if (owner !== undefined || stopping.signal.aborted) return
        show('offline')
        report(error)
        await waking.pause({ error, count: failures }, stopping.signal)
      }
    }
  }

  function wake(reason: WakeReason): void {
    waking.wake(reason)
    shared?.ask()
  }

  const unsubscribe = account.subscribe(turnTo)
  const ignoreBrowser = listenToBrowser({ onWake: wake, onOffline: () => connection?.doubt() })
  identify()

  return {
    get status() {
      return statusNow()
    },
    list,
    waking,
    join(reader) {
      reader.show(statusNow())
      if (owner != null && readers.has(reader)) reader.follow(owner)
    },
    stop() {
      unsubscribe()
      ignoreBrowser()
      stopping.abort()
    },
  }
}
