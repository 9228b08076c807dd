import { createParser } from 'eventsource-parser'

/** One event of a stream of server-sent events. */
export interface ServerSentEvent {
  /** `message` where the server gives it no name. */
  event: string
  data: string
}

/** Characters of an event that has not ended yet. The longest change has less than a tenth of them. */
const MAX_BUFFERED = 1_000_000

/**
 * Reads server-sent events, each as soon as it is whole, until the stream ends or the signal aborts. Rejects an event of
 * more than a million characters, which no change comes near.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<ServerSentEvent, void> {
  const events: ServerSentEvent[] = []
  const parser = createParser({
    maxBufferSize: MAX_BUFFERED,
    onEvent: ({ event = 'message', data }) => events.push({ event, data }),
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') throw error
    },
  })
  const decoder = new TextDecoder()
  const reader = body.getReader()
  const cancel = () => {
    reader.cancel().catch(() => {})
  }
  // Not every `fetch` ends its answers when it is aborted.
  signal.addEventListener('abort', cancel)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
      yield* events.splice(0)
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    await reader.cancel().catch(() => {})
  }
}
