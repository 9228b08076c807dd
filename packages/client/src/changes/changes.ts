import { delay } from '../abort.ts'
import { backoff } from '../backoff.ts'
import { isUnauthenticated, waitAskedBy } from '../error.ts'
import type { Timing } from '../timing.ts'
import type { Account } from './account.ts'
import { runFeed } from './feed.ts'
import { inOneTab } from './one-tab.ts'
import {
  type ChangeNews,
  type ChangeReader,
  type ChangeSubscription,
  createReader,
  type ListChanges,
} from './reader.ts'
import type { OpenStream } from './stream.ts'

/** The user's changes, as they happen: on this device and on every other. */
export interface TaskwireChanges {
  /**
   * Tells every change after `since`, once and in order, across networks that fail, tokens that are renewed and servers
   * that restart. All tabs of a browser share one connection. While nobody is signed in it is silent; the same user goes
   * on where it stopped, and for another one it begins anew with `onReset`.
   *
   * @returns what ends it
   * @throws RangeError for a `since` that is no version
   * @example
   * const { version } = await client.change.list.query()
   * const { items } = await client.task.list.query()
   * const stop = client.$changes.subscribe({ since: version, onChange: apply, onReset: readAgain })
   */
  subscribe(subscription: ChangeSubscription): () => void
}

export interface ChangesOptions {
  account: Account
  list: ListChanges
  open: OpenStream
  /** The same for all tabs that share a stream; null: this client has its own. */
  shareAs: string | null
  timing: Timing
}

export function createChanges(options: ChangesOptions): TaskwireChanges {
  const readers = new Set<ChangeReader>()
  let following: Following | null = null

  function endsWith(error: unknown): boolean {
    if (options.account.renewable || !isUnauthenticated(error)) return false
    const ended = [...readers]
    readers.clear()
    following?.stop()
    following = null
    for (const reader of ended) reader.end(error)
    return true
  }

  return {
    subscribe(subscription) {
      const { since } = subscription
      if (since !== undefined && !(Number.isInteger(since) && since >= 0)) {
        throw new RangeError('since must be a version: a whole number, 0 or more')
      }
      const reader = createReader({ subscription, list: options.list, timing: options.timing, endsWith })
      readers.add(reader)
      if (following === null) following = follow({ ...options, readers, endsWith })
      else following.join(reader)
      return () => {
        reader.pause()
        if (!readers.delete(reader) || readers.size > 0) return
        following?.stop()
        following = null
      }
    },
  }
}

interface FollowOptions extends ChangesOptions {
  readers: ReadonlySet<ChangeReader>
  endsWith(error: unknown): boolean
}

/** Runs from the first subscriber to the last one's end. */
interface Following {
  join(reader: ChangeReader): void
  stop(): void
}

function follow({ readers, shareAs, ...options }: FollowOptions): Following {
  const { account, timing } = options
  const stopping = new AbortController()
  let owner: string | null = null
  let stay = new AbortController()

  /** Follows the user who is signed in now. */
  function turnTo(next: string | null): void {
    if (next === owner || stopping.signal.aborted) return
    owner = next
    stay.abort()
    stay = new AbortController()
    for (const reader of readers) {
      if (next === null) reader.pause()
      else reader.follow(next)
    }
    if (next !== null) shareFeed(next, stay.signal)
  }

  function shareFeed(user: string, signal: AbortSignal): void {
    let position: number | undefined
    inOneTab<ChangeNews>(
      {
        name: shareAs === null ? null : `${shareAs}:${user}`,
        onNews(news) {
          position = positionAfter(news)
          for (const reader of [...readers]) reader.hear(news)
        },
        work: (tell, ending) => runFeed({ ...options, position: () => position, tell }, ending),
      },
      signal,
    )
  }

  async function identify(): Promise<void> {
    for (let failures = 1; !stopping.signal.aborted; failures += 1) {
      try {
        return turnTo(await account.identify())
      } catch (error) {
        await delay(backoff(failures, timing.reconnect, waitAskedBy(error)), stopping.signal)
      }
    }
  }

  const unsubscribe = account.subscribe(turnTo)
  identify()

  return {
    join(reader) {
      if (owner !== null) reader.follow(owner)
    },
    stop() {
      unsubscribe()
      stopping.abort()
      stay.abort()
    },
  }
}

/** The version to continue from after this; undefined: the server's present one. */
function positionAfter(news: ChangeNews): number | undefined {
  switch (news.type) {
    case 'told':
      return news.change.version
    case 'at':
      return news.version
    case 'lost':
      return undefined
  }
}
