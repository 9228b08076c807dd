import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Change, HEARTBEAT } from '@taskwire/contract'
import type { TrackedEnvelope } from '@trpc/server'
import type { Response } from 'express'
import type { Problem } from '../problem.ts'

interface Stream {
  response: Response
  changes: AsyncIterable<TrackedEnvelope<Change>>
  /** Aborted when nobody reads any more. */
  closed: AbortSignal
  /** Says why the changes have ended. */
  problemOf(error: unknown): Problem
}

/** Milliseconds within which a stream that cannot begin is mostly known to: until then it can be refused by its status. */
const REFUSED_WITHIN = 100

/** What readers pass over. */
const COMMENT = ':\n\n'

/**
 * Sends changes as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until they end. An
 * end that has a reason is told as the event `problem`: `error` would be taken for one of the connection.
 *
 * @throws what the changes fail with before anything is sent
 */
export async function sendChanges({ response, changes, closed, problemOf }: Stream): Promise<void> {
  const iterator = changes[Symbol.asyncIterator]()
  const first = iterator.next()
  const begun = await Promise.race([first, sleep(REFUSED_WITHIN)])
  response.set({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
  // nginx keeps headers back, over HTTP/2, until there is something of the body.
  if (begun === undefined) response.write(COMMENT)
  const heartbeat = setInterval(() => response.write(COMMENT), HEARTBEAT)
  try {
    for (let step = await first; !step.done; step = await iterator.next()) {
      const [version, change] = step.value
      const isTaken = response.write(eventOf(change.type, change, version))
      if (!isTaken) await once(response, 'drain', { signal: closed })
    }
  } catch (error) {
    if (!closed.aborted) sendEnd(response, problemOf(error))
  } finally {
    clearInterval(heartbeat)
    response.end()
    await iterator.return?.()
  }
}

/** Says why, and to whoever connects again by himself, when to. */
function sendEnd(response: Response, problem: Problem): void {
  const { retryAfter } = problem
  if (retryAfter !== undefined) response.write(`retry: ${retryAfter * 1_000}\n`)
  response.write(eventOf('problem', problem))
}

function eventOf(name: string, data: unknown, id?: string): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}
