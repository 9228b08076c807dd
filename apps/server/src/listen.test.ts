import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, inject, test } from 'vitest'
import { listen, RECEIVING } from './listen.ts'
import { rawSocket } from './testing/raw-socket.ts'

const ADDRESS = { host: '127.0.0.1', port: 0 }
/** `pnpm test:services` waits as long as the server does; here a tenth shows as much. */
const isBrief = inject('testServer') === undefined
const SCALE = isBrief ? 0.1 : 1
const BRIEF = {
  ...ADDRESS,
  ...(isBrief && {
    receiving: {
      headersTimeout: SCALE * RECEIVING.headersTimeout,
      requestTimeout: SCALE * RECEIVING.requestTimeout,
      connectionsCheckingInterval: SCALE * RECEIVING.connectionsCheckingInterval,
    },
  }),
}
/** Milliseconds by which a busy machine may be late. */
const LATE = 1_500
const FINISHED = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

/** Eight who send request upon request, each on a connection of its own; they tell how that can fail. */
const CLIENTS = `
  const { request } = require('node:http')
  const { parentPort, workerData: port } = require('node:worker_threads')
  const send = () =>
    new Promise((resolve) => {
      const sent = request({ port, host: '127.0.0.1', method: 'POST', agent: false }, (answer) => {
        answer.resume().on('end', resolve)
      })
      sent.on('error', ({ code }) => resolve(code)).end('{}')
    })
  const failures = new Set()
  const client = async () => {
    while (!failures.has('ECONNREFUSED')) {
      const failure = await send()
      if (failure !== undefined) failures.add(failure)
    }
  }
  Promise.all(Array.from({ length: 8 }, client)).then(() => parentPort.postMessage([...failures]))
`

const answerAtOnce: RequestListener = (_request, response) => {
  response.end('done')
}

/** How long a connection lasts on which this is all that a client says, in milliseconds; and what it is told. */
async function lifeOf(text: string): Promise<{ milliseconds: number; received: string }> {
  const server = await listen((request, response) => {
    request.resume().on('end', () => response.end('done'))
  }, BRIEF)
  const start = performance.now()
  using socket = await rawSocket(server.port)
  socket.write(text)
  const received = await socket.closed
  await server.close(0)
  return { milliseconds: performance.now() - start, received }
}

/** @returns why one cannot connect */
function connecting(port: number): Promise<string | undefined> {
  return rawSocket(port).then(
    (socket) => void socket[Symbol.dispose](),
    ({ code }: NodeJS.ErrnoException) => code,
  )
}

describe('a client that keeps a connection busy with nothing is cut', () => {
  test.concurrent.each([
    ['that says nothing', '', 6_000],
    ['that never ends its headers', 'GET / HTTP/1.1\r\nHost: x\r\n', 6_000],
    ['that never ends its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345', 11_000],
  ])('%s', async (_name, text, atMost) => {
    const { milliseconds, received } = await lifeOf(text)
    expect(received).not.toContain('done')
    expect(milliseconds).toBeGreaterThan(SCALE * 4_500)
    expect(milliseconds).toBeLessThan(SCALE * atMost + LATE)
  })

  test.concurrent('that sends a byte of its headers now and then', async () => {
    const server = await listen(answerAtOnce, BRIEF)
    const start = performance.now()
    using socket = await rawSocket(server.port)
    socket.write('GET / HTTP/1.1\r\nX: ')
    const drip = setInterval(() => socket.write('x'), SCALE * 300)
    await socket.closed
    clearInterval(drip)
    await server.close(0)
    expect(performance.now() - start).toBeLessThan(SCALE * 6_000 + LATE)
  })
})

describe('closing', () => {
  test('lets a request under way come to its end, and accepts no other', async () => {
    const underWay: ServerResponse[] = []
    const server = await listen((_request, response) => underWay.push(response), ADDRESS)
    const url = `http://127.0.0.1:${server.port}`
    const answer = fetch(url)
    await expect.poll(() => underWay).toHaveLength(1)

    const closed = server.close(5_000)
    await expect.poll(() => connecting(server.port)).toBe('ECONNREFUSED')
    underWay[0]?.end('done')
    expect(await (await answer).text()).toBe('done')
    await closed
  })

  test('does not wait for connections that are kept alive', async () => {
    const server = await listen(answerAtOnce, ADDRESS)
    using idle = await rawSocket(server.port)
    idle.write(FINISHED)
    await expect.poll(() => fetch(`http://127.0.0.1:${server.port}`).then(({ status }) => status)).toBe(200)
    const start = performance.now()
    await server.close(5_000)
    expect(performance.now() - start).toBeLessThan(1_000)
    expect(await idle.closed).toContain('done')
  })

  test('loses no request of those that are on the way, however busy it is', async () => {
    const answerBusily: RequestListener = (_request, response) => {
      const end = performance.now() + 4
      while (performance.now() < end);
      response.end('done')
    }
    for (let times = 0; times < 3; times += 1) {
      const server = await listen(answerBusily, ADDRESS)
      const clients = new Worker(CLIENTS, { eval: true, workerData: server.port })
      const ended = once(clients, 'message')
      await once(clients, 'online')
      await sleep(300)
      await server.close(5_000)
      expect(await ended).toEqual([['ECONNREFUSED']])
    }
  })

  test('waits for a moment only for connections on which nothing has been said', async () => {
    const server = await listen(answerAtOnce, ADDRESS)
    using silent = await rawSocket(server.port)
    using speaking = await rawSocket(server.port)
    const start = performance.now()
    const closed = server.close(8_000)
    // A proxy has just opened it, and its request is on the way.
    setTimeout(() => speaking.write(FINISHED), 100)
    expect(await speaking.closed).toContain('done')
    expect(await silent.closed).toBe('')
    expect(await closed).toBe(0)
    expect(performance.now() - start).toBeLessThan(1_000 + LATE)
  })

  test('waits for a slow request no longer than it has patience', async () => {
    const server = await listen(() => {}, ADDRESS)
    using stuck = await rawSocket(server.port)
    stuck.write(FINISHED)
    const start = performance.now()
    await server.close(300)
    expect(performance.now() - start).toBeLessThan(1_500)
    expect(await stuck.closed).toBe('')
  })
})

describe('an address that cannot be had is explained in a sentence', () => {
  test('because something listens there', async () => {
    const other = await listen(answerAtOnce, ADDRESS)
    await expect(listen(answerAtOnce, { host: '127.0.0.1', port: other.port })).rejects.toThrow(
      `Port ${other.port} on 127.0.0.1 is taken: stop what listens there, or set PORT`,
    )
    await other.close(0)
  })

  test.each(['192.0.2.1', 'nowhere.invalid'])('because %s is not of this machine', async (host) => {
    await expect(listen(answerAtOnce, { host, port: 0 })).rejects.toThrow(
      `${host} is no address of this machine: set HOST to one, such as 127.0.0.1 or 0.0.0.0`,
    )
  })
})
