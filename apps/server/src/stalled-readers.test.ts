import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { type Listening, listen } from './listen.ts'

const MEGABYTE = 1_000_000
const patience = { stream: 1_000, answer: 4_000 }
/** Milliseconds after which a reader who does not read is gone for certain. */
const PATIENCE = 6_000

let listening: Listening | undefined
afterEach(() => listening?.close(0))

async function connectTo(handle: RequestListener): Promise<Socket> {
  listening = await listen(handle, { host: '127.0.0.1', port: 0, patience })
  const socket = connect(listening.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

test('whoever does not read an ordinary answer is cut, and it leaves the memory', async () => {
  let answer: ServerResponse | undefined
  using socket = disposable(
    await connectTo((_request, response) => {
      answer = response
      response.end(Buffer.alloc(20 * MEGABYTE))
    }),
  )
  socket.write(GET)
  await expect.poll(() => answer?.writableEnded).toBe(true)
  expect(answer?.closed).toBe(false)
  await expect.poll(() => answer?.closed, { timeout: 4 * PATIENCE, interval: 100 }).toBe(true)
}, 60_000)

test('whoever reads slowly, but reads, gets all of it', async () => {
  const size = 24 * MEGABYTE
  using socket = disposable(await connectTo((_request, response) => response.end(Buffer.alloc(size))))
  socket.write(GET)
  let read = 0
  const begun = Date.now()
  while (read < size && !socket.destroyed) {
    const chunk: Buffer | null = socket.read()
    read += chunk?.length ?? 0
    // So much that it takes longer than a reader who does not read is given.
    const due = begun + (read / size) * (PATIENCE + 4_000)
    await sleep(Math.max(10, due - Date.now()))
  }
  expect(read).toBeGreaterThan(size)
}, 60_000)

test('a handler may take its time', async () => {
  using socket = disposable(
    await connectTo(async (_request, response) => {
      await sleep(PATIENCE)
      response.end('late')
    }),
  )
  socket.write(GET)
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toContain('late')
}, 30_000)

test('a thousand requests on one connection, none of them waited for, are not run', async () => {
  let run = 0
  using socket = disposable(
    await connectTo(async (_request, response) => {
      run += 1
      await sleep(100)
      response.end(Buffer.alloc(MEGABYTE))
    }),
  )
  socket.write(GET.repeat(1_000))
  // Whoever does not read would not see the end of it.
  socket.resume()
  await expect.poll(() => socket.closed).toBe(true)
  expect(run).toBe(4)
})

function disposable(socket: Socket): Socket & Disposable {
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.destroy() })
}
