import { expect, test } from 'vitest'
import { readEvents, type ServerSentEvent } from './event-stream.ts'

const unaborted = new AbortController().signal
const bytes = (text: string) => new TextEncoder().encode(text)
const text = 'event: ping\ndata: \n\ndata: {"title":"Grüße 🙂"}\nid: 7\n\ndata: a\ndata:b\n\n'
const events = [
  { event: 'ping', data: '' },
  { event: 'message', data: '{"title":"Grüße 🙂"}' },
  { event: 'message', data: 'a\nb' },
]

test.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('events are the same however their bytes are split, with lines that end by %s', async (_name, end) => {
  const all = bytes(`${text.replaceAll('\n', end)}: the end\n`)
  for (let size = 1; size <= all.length; size += 1) {
    const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
      all.slice(index * size, (index + 1) * size),
    )
    expect(await collect(streamOf(...chunks))).toEqual(events)
  }
})

test('an event is told as soon as it is whole', async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const reading = readEvents(readable, unaborted)
  for (const data of ['a', 'b']) {
    const next = reading.next()
    await writer.write(bytes(`data: ${data}\n\n`))
    expect(await next).toEqual({ done: false, value: { event: 'message', data } })
  }
  await reading.return()
})

test('what a cut has left of an event is not told', async () => {
  const all = bytes(text)
  // In the middle of a character.
  const cut = all.slice(0, all.indexOf(bytes('🙂')[0] ?? 0) + 2)
  expect(await collect(streamOf(cut))).toEqual(events.slice(0, 1))
  expect(await collect(streamOf(bytes('data: a\n\ndata: b\n')))).toEqual([{ event: 'message', data: 'a' }])
})

test('comments, unknown fields and a byte order mark are no events', async () => {
  const stream = streamOf(bytes('\uFEFFdata: a\n\n: heartbeat\n\nretry: soon\ncolor: red\n\nevent: b\n\n'))
  expect(await collect(stream)).toEqual([{ event: 'message', data: 'a' }])
})

test.each([
  ['a line', 'x'.repeat(1_000)],
  ['an event', `${'x'.repeat(1_000)}\ndata: `],
])('%s that never ends is given up, and its connection closed', async (_what, part) => {
  let sent = bytes('data: ').length
  let cancelled = false
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes('data: ')),
    pull(controller) {
      const chunk = bytes(part.repeat(50))
      sent += chunk.length
      controller.enqueue(chunk)
    },
    cancel() {
      cancelled = true
    },
  })
  await expect(collect(endless)).rejects.toMatchObject({ type: 'max-buffer-size-exceeded' })
  expect(sent).toBeLessThan(10_000_000)
  expect(cancelled).toBe(true)
})

test('whoever stops reading closes the connection', async () => {
  let cancelled = false
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes(text)),
    cancel() {
      cancelled = true
    },
  })
  for await (const _ of readEvents(stream, unaborted)) break
  expect(cancelled).toBe(true)
})

test('an abort ends it, also while nothing comes', async () => {
  const abort = new AbortController()
  const reading = readEvents(new ReadableStream(), abort.signal).next()
  abort.abort()
  expect(await reading).toEqual({ done: true, value: undefined })
})

test('a connection that fails is a failure', async () => {
  const failing = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes(text)),
    pull: (controller) => controller.error(new TypeError('terminated')),
  })
  await expect(collect(failing)).rejects.toThrow('terminated')
})

async function collect(body: ReadableStream<Uint8Array>): Promise<ServerSentEvent[]> {
  const collected: ServerSentEvent[] = []
  for await (const event of readEvents(body, unaborted)) collected.push(event)
  return collected
}

function streamOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}
