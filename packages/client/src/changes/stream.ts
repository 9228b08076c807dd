import { type Change, wire } from '@taskwire/contract'
import type { ErrorShape } from '@taskwire/router'
import { ParseError } from 'eventsource-parser'
import { untilAborted } from '../abort.ts'
import { type FailurePath, isTaskwireError, type LostReason, TaskwireError } from '../error.ts'
import { GATEWAY_STATUSES } from '../fetch-answer.ts'
import type { HeadersOf } from '../headers.ts'
import { childOf } from './child.ts'
import { readEvents, type ServerSentEvent } from './event-stream.ts'

/** How streams travel. */
export interface StreamOptions {
  /** Where the server answers. */
  endpoint: string
  credentials: RequestCredentials
  fetch: typeof globalThis.fetch | undefined
  headers: HeadersOf
  /** Milliseconds without an event, after which the connection is dead. */
  silence: number
}

/** Where a stream begins, for whom, and what to call. */
export interface StreamStart {
  since: number
  token: string | undefined
  signal: AbortSignal
  /** Called with each event, whatever it says: the connection works. */
  onSign(): void
  onChange(change: Change): void
}

/**
 * Reads changes until the server ends the stream. Where it ends otherwise, or there is none, it rejects with a
 * `TaskwireError`: `BAD_ANSWER` where something else has answered, or the engine reads no streams.
 */
export type OpenStream = (start: StreamStart) => Promise<void>

/** Opens `change.stream` by `fetch`: an EventSource would need the token in the address. */
export function streamOpener({ endpoint, credentials, fetch, headers: headersOf, silence }: StreamOptions): OpenStream {
  return async ({ since, token, signal, onSign, onChange }) => {
    if (fetch === undefined && !readsStreams()) throw lost('BAD_ANSWER', NOT_READ)
    const headers = await headersOf({ path: 'change.stream', type: 'subscription' })
    headers.set('accept', 'text/event-stream')
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    const input = encodeURIComponent(JSON.stringify(wire.input.serialize({ since })))
    const connection = childOf(signal)
    const silent = lost('NETWORK', `Nothing came for ${silence / 1_000} s`)
    const giveUp = () => connection.abort(silent)
    let timer = setTimeout(giveUp, silence)
    try {
      const answer = (fetch ?? globalThis.fetch)(`${endpoint}/change.stream?input=${input}`, {
        headers,
        credentials,
        cache: 'no-store',
        signal: connection.signal,
      })
      const response = await untilAborted(answer, connection.signal)
      const type = response.headers.get('content-type')
      if (!type?.includes('text/event-stream')) throw await refusalOf(response)
      if (response.body == null) throw lost('BAD_ANSWER', NOT_READ)
      for await (const event of readEvents(response.body, connection.signal)) {
        if (signal.aborted) return
        clearTimeout(timer)
        timer = setTimeout(giveUp, silence)
        onSign()
        if (event.event === 'return') return
        if (event.event === 'serialized-error') throw errorOf(read(event))
        if (event.event === 'message') onChange(read(event) as Change)
      }
      if (connection.signal.aborted) throw silent
    } catch (cause) {
      throw failureOf(cause)
    } finally {
      clearTimeout(timer)
      connection.abort()
    }
  }
}

const NOT_READ = 'This engine reads no streams'

/** React Native's `fetch` would answer when the stream has ended. */
function readsStreams(): boolean {
  return globalThis.Response === undefined || 'body' in Response.prototype
}

function read({ data }: ServerSentEvent): unknown {
  try {
    return wire.output.deserialize(JSON.parse(data))
  } catch (cause) {
    throw lost('BAD_ANSWER', 'An event that cannot be read', cause)
  }
}

/** Why there is no stream, or none any more: what is not said yet is what the network or the parser throws. */
function failureOf(cause: unknown): TaskwireError {
  if (isTaskwireError(cause)) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  return lost(cause instanceof ParseError ? 'BAD_ANSWER' : 'NETWORK', message, cause)
}

function lost(reason: LostReason, message: string, cause?: unknown): TaskwireError {
  return new TaskwireError<FailurePath>({ path: 'change.stream', message, data: { reason }, cause })
}

function errorOf(shape: unknown): Error {
  const { data, message } = shape as ErrorShape
  return new TaskwireError<FailurePath>({ path: 'change.stream', message, data, shape: shape as ErrorShape })
}

/** The error for an answer that is no stream, from the server or from a proxy in its place. */
async function refusalOf(response: Response): Promise<Error> {
  try {
    return errorOf(wire.output.deserialize((await response.json()).error))
  } catch {
    const { status } = response
    if (GATEWAY_STATUSES.has(status)) return lost('NETWORK', `No stream: a gateway says ${status}`)
    return lost('BAD_ANSWER', `No stream but an answer with the status ${status}`)
  }
}
