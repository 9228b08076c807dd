import type { RequestListener } from 'node:http'
import { setImmediate as afterReading } from 'node:timers/promises'

/** Milliseconds in which hardly a connection comes. */
const MOMENT = 0.5
/** Milliseconds for such a moment to come. */
const PATIENCE = 500

/** Holds requests back while a server stops listening, so that it does nothing else meanwhile. */
export interface Holding {
  guard(handle: RequestListener): RequestListener
  /** To be called for each connection that comes. */
  connected(): void
  /**
   * From now on requests wait. Resolves when all connections that are there have been taken: one that the kernel has
   * accepted, and the process has not, is reset when it stops listening, with the request that a proxy has sent. Node.js
   * takes one in each turn of its loop.
   */
  untilCalm(): Promise<void>
  /** Handles those that have waited. */
  goOn(): void
}

export function createHolding(): Holding {
  let waiting: (() => unknown)[] | undefined
  let connections = 0
  return {
    guard: (handle) => (request, response) => {
      if (waiting === undefined) handle(request, response)
      else waiting.push(() => !request.socket.destroyed && handle(request, response))
    },
    connected() {
      connections += 1
    },
    async untilCalm() {
      waiting ??= []
      const giveUp = performance.now() + PATIENCE
      let began = performance.now()
      let isCalm = false
      while (!isCalm && began < giveUp) {
        const before = connections
        await afterReading()
        const now = performance.now()
        isCalm = connections === before && now - began < MOMENT
        began = now
      }
    },
    goOn() {
      const requests = waiting ?? []
      waiting = undefined
      for (const handleNow of requests) handleNow()
    },
  }
}
