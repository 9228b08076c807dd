import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setImmediate as afterReading, setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds without a request after which nobody sends any to this process. */
const QUIET = 300

/** Those by which a proxy asks how the process is: they tell nothing of whether it sends anything else. */
export const PROBES: ReadonlySet<string | undefined> = new Set(['/livez', '/health'])

/** How a server lets go of the proxies that send it requests, before it stops listening. */
export interface Draining {
  guard(handle: RequestListener): RequestListener
  /** From now on each answer ends its connection: none is idle any more when the server closes, and is just being used. */
  begin(): void
  /**
   * Answers no request to read any more that comes through a proxy, but ends its connection: the proxy asks another process
   * then, and knows that this one is to be left alone, also if it looks at no `/health`. What may change something is
   * answered, since no proxy can know whether it may be repeated; and so is whoever comes directly, for whom nobody asks
   * elsewhere.
   *
   * Resolves when no request comes any more: one that has just arrived when a server stops listening is lost, and it may
   * be one that nobody repeats.
   *
   * @param patience milliseconds after which it resolves in any case
   */
  turnAway(patience: number): Promise<void>
}

export function createDraining(): Draining {
  const underWay = new Set<ServerResponse>()
  let isDraining = false
  let isTurningAway = false
  let lastAsked = 0

  return {
    guard: (handle) => (request, response) => {
      if (!PROBES.has(request.url)) {
        lastAsked = performance.now()
        if (isTurningAway && isRepeatedElsewhere(request)) return void request.socket.destroy()
      }
      response.shouldKeepAlive &&= !isDraining
      underWay.add(response)
      response.once('close', () => underWay.delete(response))
      handle(request, response)
    },
    begin() {
      isDraining = true
      for (const response of underWay) response.shouldKeepAlive = false
    },
    async turnAway(patience) {
      isTurningAway = true
      const giveUp = performance.now() + patience
      let looked = performance.now()
      lastAsked = looked
      while (looked < Math.min(lastAsked + QUIET, giveUp)) {
        await sleep(QUIET / 10)
        // By then whatever has arrived has been read.
        await afterReading()
        const now = performance.now()
        // A process that has been held up for so long has heard nothing, and requests may wait for it.
        if (now - looked > QUIET / 2) lastAsked = now
        looked = now
      }
    },
  }
}

function isRepeatedElsewhere({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['x-forwarded-for'] !== undefined
}
