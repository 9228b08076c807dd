import { delay } from '../abort.ts'

/** The other tabs, windows and workers of the browser in which the same session is open. */
export interface Tabs<News> {
  /** Runs a piece of work while no tab runs another. Where the browser has no locks: no other of this client. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  /** Tells the other tabs. */
  tell(news: News): void
}

export interface TabsOptions<News> {
  /** What tabs of the same session have in common. */
  name: string
  /** Called with what another tab tells. */
  onNews(news: News): void
}

/** Milliseconds for which a lock is kept after the work, so that whoever waits for it has heard what came of it. */
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
