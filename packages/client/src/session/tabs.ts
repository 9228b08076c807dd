import { delay } from '../abort.ts'

/** The other tabs, windows and workers of the browser in which the same session is open. */
export interface Tabs<News> {
  /** Runs a piece of work while no tab runs another. Without locks: while this client runs no other. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  /** Tells the other tabs. */
  tell(news: News): void
  /** Neither hears nor tells any more. */
  close(): void
}

export interface TabsOptions<News> {
  /** The same for all tabs of a session. */
  name: string
  /** Called with what another tab tells. */
  onNews(news: News): void
}

/** Milliseconds for which the lock is kept after the work, so that the next tab has received the news of its result. */
const TIME_FOR_NEWS = 50

/** Outside a browser there are no tabs, and two clients are two users: they share nothing. */
export function openTabs<News>({ name, onNews }: TabsOptions<News>): Tabs<News> {
  if (globalThis.location === undefined) return { exclusively: createQueue(), tell: () => {}, close: () => {} }
  return { exclusively: createLock(name), ...openChannel(name, onNews) }
}

function openChannel<News>(name: string, onNews: (news: News) => void): Pick<Tabs<News>, 'tell' | 'close'> {
  let channel = newChannel(name)
  channel?.addEventListener('message', ({ data }) => onNews(data))
  return {
    tell: (news) => channel?.postMessage(news),
    close() {
      channel?.close()
      channel = undefined
    },
  }
}

/** A page whose site data is blocked has none, nor has an old engine: each tab is then by itself. */
function newChannel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name)
  } catch {
    return undefined
  }
}

/** By the Web Locks API, which browsers have on https and on localhost. */
function createLock(name: string): Tabs<never>['exclusively'] {
  const locks: LockManager | undefined = globalThis.navigator?.locks
  const alone = createQueue()
  if (locks === undefined) return alone
  return (work) =>
    new Promise((resolve, reject) => {
      let isMine = false
      locks
        .request(name, async () => {
          isMine = true
          const result = work()
          resolve(result)
          await result.catch(() => {})
          await delay(TIME_FOR_NEWS)
        })
        // A page whose site data is blocked is refused every lock.
        .catch((error) => (isMine ? reject(error) : alone(work).then(resolve, reject)))
    })
}

function createQueue(): Tabs<never>['exclusively'] {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }
}
