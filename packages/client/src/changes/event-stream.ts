/** One event of a stream of server-sent events. */
export interface ServerSentEvent {
  /** `message` where the server gives it no name. */
  event: string
  data: string
}

/**
 * Reads server-sent events, each as soon as it is whole.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent, void> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let lines: string[] = []
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const parts = (rest + decoder.decode(value, { stream: true })).split('\n')
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const line = part.replace(/\r$/, '')
        if (line !== '') lines.push(line)
        else if (lines.length > 0) {
          yield readEvent(lines)
          lines = []
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function readEvent(lines: string[]): ServerSentEvent {
  const valuesOf = (field: string) =>
    lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).replace(/^ /, ''))
  return { event: valuesOf('event').at(-1) ?? 'message', data: valuesOf('data').join('\n') }
}
