import { childOf } from './child.ts'
import { isLookedAt } from './waking.ts'

/** Work that one tab does for all tabs. */
export interface TabDuty<News> {
  /** The same for all tabs that share the work; null: this tab does its own. */
  name: string | null
  /** Called with what the working tab tells, also when that is this one. */
  onNews(news: News): void
  /** The work, until the signal aborts. */
  work(tell: (news: News) => void, signal: AbortSignal): Promise<void>
  /** In the working tab: what a tab that asks is told. */
  present(): News[]
  /** In the working tab: called when another tab asks. */
  onAsked(): void
  /** In each other tab that is looked at: called every five seconds. */
  onBeat(): void
}

/** The tabs among which the work is shared. */
export interface SharedWork {
  /**
   * Asks the working tab how things are. When it does not answer because it is frozen, and this tab is looked at, the
   * work is taken over from it.
   */
  ask(): void
}

/** What tabs send each other. */
type Message<News> = { type: 'alive' } | { type: 'ask' } | { type: 'news'; news: News }

/** Milliseconds between two messages by which the working tab shows that it is alive. */
const BEAT = 5_000

/** After this many beats without a message, a visible tab takes the work over. */
const MISSED_BEATS = 3

/** Milliseconds for an answer, after which the working tab is taken to be frozen. */
const TIME_TO_ANSWER = 500

/**
 * Has one tab of the browser do the work; when it is closed or frozen, another does. The lock is held as long as there is
 * work. Without locks or channels (plain http, Node.js, blocked site data) every tab does its own.
 */
export function inOneTab<News>(duty: TabDuty<News>, signal: AbortSignal): SharedWork {
  const locks: LockManager | undefined = globalThis.navigator?.locks
  const channel = duty.name === null || locks === undefined ? null : openChannel<News>(duty.name)
  if (duty.name !== null && channel !== null) return shareWork({ ...duty, name: duty.name, locks, channel }, signal)
  duty.work(duty.onNews, signal)
  return { ask: () => {} }
}

interface Channel<News> {
  send(message: Message<News>): void
  listen(listener: (message: Message<News>) => void): void
  close(): void
}

/** Null: there is none. */
function openChannel<News>(name: string): Channel<News> | null {
  if (globalThis.location === undefined) return null
  try {
    const channel = new BroadcastChannel(name)
    return {
      send: (message) => channel.postMessage(message),
      listen: (listener) => channel.addEventListener('message', ({ data }) => listener(data)),
      close: () => channel.close(),
    }
  } catch {
    return null
  }
}

interface SharedDuty<News> extends TabDuty<News> {
  name: string
  locks: LockManager
  channel: Channel<News>
}

function shareWork<News>(duty: SharedDuty<News>, signal: AbortSignal): SharedWork {
  const { name, locks, channel, onNews, work } = duty
  const sharing = childOf(signal)
  let turn = childOf(sharing.signal)
  let isAtWork = false
  let messageCount = 0
  // Counted by this tab's own timer. A clock would be wrong: while this tab sleeps, it hears nothing.
  let beatsWithoutMessage = 0

  channel.listen((message) => {
    if (sharing.signal.aborted) return
    if (message.type === 'ask') {
      if (isAtWork) answer()
      return
    }
    messageCount += 1
    beatsWithoutMessage = 0
    if (message.type === 'news') onNews(message.news)
  })
  const timer = setInterval(() => {
    beatsWithoutMessage += 1
    if (isAtWork) channel.send({ type: 'alive' })
    else if (isLookedAt()) {
      if (beatsWithoutMessage > MISSED_BEATS) takeTurn({ steal: true })
      else duty.onBeat()
    }
  }, BEAT)
  let answerTimer: ReturnType<typeof setTimeout> | undefined
  sharing.signal.addEventListener('abort', () => {
    clearInterval(timer)
    clearTimeout(answerTimer)
    channel.close()
  })
  takeTurn({ steal: false })
  channel.send({ type: 'ask' })

  function answer(): void {
    for (const news of duty.present()) channel.send({ type: 'news', news })
    duty.onAsked()
  }

  function takeTurn({ steal }: { steal: boolean }): void {
    turn.abort()
    turn = childOf(sharing.signal)
    isAtWork = false
    beatsWithoutMessage = 0
    const mine = turn.signal
    const tell = (news: News) => {
      if (mine.aborted) return
      channel.send({ type: 'news', news })
      onNews(news)
    }
    const doWork = async () => {
      if (mine.aborted) return
      isAtWork = true
      await work(tell, mine)
    }
    requestLock(steal ? { steal } : { signal: mine }, doWork).catch(() => {
      if (mine.aborted) return
      // Another tab has taken over.
      if (isAtWork) takeTurn({ steal: false })
      else workAlone()
    })
  }

  // A lock manager may throw instead of rejecting.
  async function requestLock(options: LockOptions, doWork: () => Promise<void>): Promise<void> {
    await locks.request(name, options, doWork)
  }

  /** This page is not allowed to use locks, such as a frame in a sandbox. */
  function workAlone(): void {
    sharing.abort()
    work(onNews, signal)
  }

  return {
    ask() {
      if (isAtWork || sharing.signal.aborted) return
      channel.send({ type: 'ask' })
      const countBefore = messageCount
      clearTimeout(answerTimer)
      answerTimer = setTimeout(() => {
        if (messageCount === countBefore && !isAtWork && isLookedAt()) takeTurn({ steal: true })
      }, TIME_TO_ANSWER)
    },
  }
}
