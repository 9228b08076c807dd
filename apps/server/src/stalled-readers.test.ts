import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { listen } from './listen.ts'

const MEGABYTE = 1_000_000
const patience = { stream: 250, answer: 1_000 }
/** Milliseconds after which a reader who does not read is gone for certain. */
const PATIENCE = 1_500

interface Connection extends AsyncDisposable {
  socket: Socket
}

async function connectTo(handle: RequestListener): Promise<Connection> {
  const { port, close } = await listen(handle, { host: '127.0.0.1', port: 0, patience })
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return {
    socket,
    async [Symbol.asyncDispose]() {
      socket.destroy()
      await close(0)
    },
  }
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

test.concurrent('whoever does not read an ordinary answer is cut, and it leaves the memory', async () => {
  let answer: ServerResponse | undefined
  await using connection = await connectTo((_request, response) => {
    answer = response
    response.end(Buffer.alloc(20 * MEGABYTE))
  })
  const { socket } = connection
  socket.write(GET)
  await expect.poll(() => answer?.writableEnded).toBe(true)
  expect(answer?.closed).toBe(false)
  await expect.poll(() => answer?.closed, { timeout: 10 * PATIENCE, interval: 50 }).toBe(true)
})

test.concurrent('whoever reads slowly, but reads, gets all of it', async () => {
  const size = 24 * MEGABYTE
  await using connection = await connectTo((_request, response) => response.end(Buffer.alloc(size)))
  const { socket } = connection
  socket.write(GET)
  let read = 0
  const begun = Date.now()
  while (read < size && !socket.destroyed) {
    const chunk: Buffer | null = socket.read()
    read += chunk?.length ?? 0
    // So much that it takes longer than a reader who does not read is given.
    const due = begun + (read / size) * (PATIENCE + 1_000)
    await sleep(Math.max(2, due - Date.now()))
  }
  expect(read).toBeGreaterThan(size)
})

test.concurrent('a handler may take its time', async () => {
  await using connection = await connectTo(async (_request, response) => {
    await sleep(PATIENCE)
    response.end('late')
  })
  const { socket } = connection
  socket.write(GET)
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toContain('late')
})

test.concurrent('a thousand requests on one connection, none of them waited for, are not run', async () => {
  let run = 0
  await using connection = await connectTo(async (_request, response) => {
    run += 1
    await sleep(100)
    response.end(Buffer.alloc(MEGABYTE))
  })
  const { socket } = connection
  socket.write(GET.repeat(1_000))
  // Whoever does not read would not see the end of it.
  socket.resume()
  await expect.poll(() => socket.closed).toBe(true)
  expect(run).toBe(4)
})
