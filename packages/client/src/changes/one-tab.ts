/** Work that one tab does for all tabs. */
export interface TabDuty<News> {
  /** The same for all tabs that share the work; null: this tab does its own. */
  name: string | null
  /** Called with what the working tab tells, also when that is this one. */
  onNews(news: News): void
  /** The work, until the signal aborts. */
  work(tell: (news: News) => void, signal: AbortSignal): Promise<void>
}

/** Milliseconds between two messages by which the working tab shows that it is alive. */
const BEAT = 5_000

/** After this many beats without a message, a visible tab takes the work over. */
const MISSED_BEATS = 3

/**
 * Has one tab of the browser do the work; when it is closed or frozen, another does. The lock is held as long as there is
 * work. Without locks (plain http, Node.js) every tab does its own.
 */
export function inOneTab<News>({ name, onNews, work }: TabDuty<News>, signal: AbortSignal): void {
  const locks: LockManager | undefined = globalThis.navigator?.locks
  if (name === null || globalThis.location === undefined || locks === undefined) {
    work(onNews, signal)
    return
  }
  const key = name
  // The message that only shows that the tab is alive is null.
  const channel = new BroadcastChannel(key)
  let turn = new AbortController()
  let isAtWork = false
  // Beats of this tab since the last message. A clock would be wrong: while this tab sleeps, it hears nothing.
  let silence = 0

  channel.addEventListener('message', ({ data }) => {
    silence = 0
    if (data !== null && !signal.aborted) onNews(data)
  })
  const timer = setInterval(() => {
    silence += 1
    if (isAtWork) channel.postMessage(null)
    else if (silence > MISSED_BEATS && globalThis.document?.visibilityState === 'visible') takeTurn({ steal: true })
  }, BEAT)
  signal.addEventListener('abort', () => {
    clearInterval(timer)
    channel.close()
  })
  takeTurn({ steal: false })

  function takeTurn({ steal }: { steal: boolean }): void {
    turn.abort()
    turn = new AbortController()
    silence = 0
    const mine = AbortSignal.any([signal, turn.signal])
    const tell = (news: News) => {
      if (mine.aborted) return
      channel.postMessage(news)
      onNews(news)
    }
    locks
      ?.request(key, steal ? { steal } : { signal: mine }, async () => {
        isAtWork = true
        await work(tell, mine)
      })
      .catch(() => {
        if (mine.aborted) return
        // Another tab has taken over, or this page is not allowed to use locks, such as a frame in a sandbox.
        if (isAtWork) takeTurn({ steal: false })
        else {
          clearInterval(timer)
          work(onNews, mine)
        }
      })
    isAtWork = false
  }
}
