import { once } from 'node:events'
import { type Change, HEARTBEAT } from '@taskwire/contract'
import type { TrackedEnvelope } from '@trpc/server'
import type { Response } from 'express'
import type { Problem } from './problem.ts'

interface Stream {
  response: Response
  changes: AsyncIterable<TrackedEnvelope<Change>>
  /** Aborted when nobody reads any more. */
  closed: AbortSignal
  /** Says why the changes have ended. */
  problemOf(error: unknown): Problem
}

/**
 * Sends changes as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until they end. An
 * end that has a reason is told as the event `problem`: `error` would be taken for one of the connection.
 */
export async function sendChanges({ response, changes, closed, problemOf }: Stream): Promise<void> {
  response.set({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
  response.flushHeaders()
  const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT)
  try {
    for await (const [version, change] of changes) {
      const isTaken = response.write(eventOf(change.type, change, version))
      if (!isTaken) await once(response, 'drain', { signal: closed })
    }
  } catch (error) {
    if (!closed.aborted) response.write(eventOf('problem', problemOf(error)))
  } finally {
    clearInterval(heartbeat)
    response.end()
  }
}

function eventOf(name: string, data: unknown, id?: string): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}
