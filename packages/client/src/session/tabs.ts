import { delay } from '../abort.ts'

/** The other tabs, windows and workers of the browser in which the same session is open. */
export interface Tabs<News> {
  /** Runs a piece of work while no tab runs another. Without locks: while this client runs no other. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  /** Tells the other tabs. */
  tell(news: News): void
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
  if (globalThis.location === undefined) return { exclusively: createQueue(), tell: () => {} }
  return { exclusively: createLock(name), tell: openChannel(name, onNews) }
}

function openChannel<News>(name: string, onNews: (news: News) => void): Tabs<News>['tell'] {
  if (globalThis.BroadcastChannel === undefined) return () => {}
  const channel = new BroadcastChannel(name)
  channel.addEventListener('message', ({ data }) => onNews(data))
  return (news) => channel.postMessage(news)
}

/** By the Web Locks API, which browsers have on https and on localhost. */
function createLock(name: string): Tabs<never>['exclusively'] {
  const locks: LockManager | undefined = globalThis.navigator?.locks
  if (locks === undefined) return createQueue()
  return (work) =>
    new Promise((resolve, reject) => {
      locks
        .request(name, async () => {
          const result = work()
          resolve(result)
          await result.catch(() => {})
          await delay(TIME_FOR_NEWS)
        })
        .catch(reject)
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
