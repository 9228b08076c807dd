import { delay } from '../abort.ts'
import { backoff } from '../backoff.ts'
import { waitAskedBy } from '../error.ts'
import type { Timing } from '../timing.ts'
import { childOf } from './child.ts'

/** Why it may be worth trying again at once. */
export type WakeReason =
  /** The network is there again. */
  | 'online'
  /** Somebody looks at the page again. */
  | 'shown'
  /** Somebody looks at another tab. */
  | 'asked'
  /** The server has answered again, after it did not. */
  | 'answered'

/** Waits that end early where there is reason to hope. */
export interface Waking {
  /** Waits after a failure, the longer the more there were in a row, never shorter than the server asks. */
  pause(failure: Failure, signal: AbortSignal): Promise<void>
  /** Waits for this long. */
  rest(milliseconds: number, signal: AbortSignal): Promise<void>
  /** Ends all waits but those that the server has asked for, and calls the listeners. */
  wake(reason: WakeReason): void
  /** Calls the listener at each wake. @returns what ends that */
  listen(listener: (reason: WakeReason) => void): () => void
}

export interface Failure {
  error: unknown
  /** How many there were in a row, with this one. */
  count: number
  /** The stream was refused or held back, and the client asks meanwhile. */
  isRefusal?: boolean
}

/** Milliseconds. A wait that begins so soon after a wake is a short one: a network that comes back takes a moment to work. */
const SHORT_WAITS_AFTER_WAKE = 5_000

/** Milliseconds. */
const SHORT_WAIT = 500

export function createWaking(timing: Timing): Waking {
  const listeners = new Set<(reason: WakeReason) => void>()
  let waitsAreShortUntil = 0

  function listen(listener: (reason: WakeReason) => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
    const end = childOf(signal)
    const forget = listen(() => end.abort())
    await delay(milliseconds, end.signal)
    forget()
    end.abort()
  }

  return {
    rest,
    listen,
    async pause({ error, count, isRefusal = false }, signal) {
      const asked = waitAskedBy(error)
      const waits = isRefusal ? timing.refusal : reconnectWaits(timing)
      const wait = backoff(count, waits, asked)
      if (asked > 0) await delay(asked, signal)
      const left = wait - asked
      await rest(performance.now() < waitsAreShortUntil ? Math.min(left, SHORT_WAIT) : left, signal)
    },
    wake(reason) {
      if (reason !== 'asked') waitsAreShortUntil = performance.now() + SHORT_WAITS_AFTER_WAKE
      for (const listener of [...listeners]) listener(reason)
    },
  }
}

function reconnectWaits({ reconnect, longestUnseen }: Timing) {
  return isLookedAt() ? reconnect : { ...reconnect, longest: longestUnseen }
}

/** Where there is no page nobody can tell: then as if somebody looked. */
export function isLookedAt(): boolean {
  return (globalThis.document?.visibilityState ?? 'visible') === 'visible'
}

export interface BrowserListener {
  onWake(reason: WakeReason): void
  /** The browser says that the network is gone. */
  onOffline(): void
}

/** Hears from the browser what is a reason to try again. @returns what ends that */
export function listenToBrowser({ onWake, onOffline }: BrowserListener): () => void {
  const { document } = globalThis
  const listening = new AbortController()
  const on = (target: EventTarget | undefined, type: string, listener: () => void) => {
    // React Native has globals of these names that are no event targets.
    target?.addEventListener?.(type, listener)
    listening.signal.addEventListener('abort', () => target?.removeEventListener?.(type, listener))
  }
  on(globalThis, 'online', () => onWake('online'))
  on(globalThis, 'offline', onOffline)
  // A page that comes back from the browser's memory has lost its connections.
  on(globalThis, 'pageshow', () => onWake('shown'))
  on(document, 'visibilitychange', () => {
    if (isLookedAt()) onWake('shown')
  })
  return () => listening.abort()
}
