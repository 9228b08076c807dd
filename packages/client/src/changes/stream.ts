import { type Change, wire } from '@taskwire/contract'
import type { AppRouter, ErrorShape } from '@taskwire/router'
import { TRPCClientError } from '@trpc/client'
import { readEvents, type ServerSentEvent } from './event-stream.ts'

/** How streams travel. */
export interface StreamOptions {
  /** Where the server answers. */
  endpoint: string
  credentials: RequestCredentials
  fetch: typeof globalThis.fetch | undefined
  headers: Record<string, string> | undefined
  /** Milliseconds without an event, after which the connection is dead. */
  silence: number
}

/** Where a stream begins, and for whom. */
export interface StreamStart {
  since: number
  token: string | undefined
  signal: AbortSignal
}

/** Reads changes until the server or the network ends the stream. Rejects with the reason, where there is one. */
export type OpenStream = (start: StreamStart) => AsyncIterable<Change>

/** Opens `change.stream` by `fetch`: an EventSource would need the token in the address. */
export function streamOpener({ endpoint, credentials, fetch, headers: own, silence }: StreamOptions): OpenStream {
  return async function* ({ since, token, signal }) {
    signal.throwIfAborted()
    const connection = new AbortController()
    const close = () => connection.abort()
    signal.addEventListener('abort', close)
    let timer = setTimeout(close, silence)
    try {
      const headers = new Headers(own)
      headers.set('accept', 'text/event-stream')
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
      const input = encodeURIComponent(JSON.stringify(wire.input.serialize({ since })))
      const response = await (fetch ?? globalThis.fetch)(`${endpoint}/change.stream?input=${input}`, {
        headers,
        credentials,
        cache: 'no-store',
        signal: connection.signal,
      })
      const type = response.headers.get('content-type')
      if (response.body === null || !type?.includes('text/event-stream')) throw await refusalOf(response)
      for await (const event of readEvents(response.body)) {
        clearTimeout(timer)
        timer = setTimeout(close, silence)
        if (event.event === 'return') return
        if (event.event === 'serialized-error') throw errorOf(read(event))
        if (event.event === 'message') yield read(event) as Change
      }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', close)
      close()
    }
  }
}

function read({ data }: ServerSentEvent): unknown {
  return wire.output.deserialize(JSON.parse(data))
}

function errorOf(shape: unknown): Error {
  return TRPCClientError.from<AppRouter>({ error: shape as ErrorShape })
}

/** The error for an answer that is no stream, from the server or from a proxy in its place. */
async function refusalOf(response: Response): Promise<Error> {
  try {
    return errorOf(wire.output.deserialize((await response.json()).error))
  } catch {
    return new TypeError(`No stream but ${response.status}`)
  }
}
