import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type Listening, listen } from './listen.ts'
import { rawSocket } from './testing/raw-socket.ts'
import { send } from './testing/send.ts'

const ADDRESS = { host: '127.0.0.1', port: 0 }
/** What a proxy adds. */
const FORWARDED = 'x-forwarded-for'

/** A server whose answers are sent when the test says so. */
async function slowServer(): Promise<Listening & AsyncDisposable & { answer(): void; readonly asked: number }> {
  const waiting: (() => void)[] = []
  const handle: RequestListener = (request, response) => {
    waiting.push(() => response.end(request.method))
  }
  const server = await listen(handle, ADDRESS)
  return {
    ...server,
    answer: () => waiting.shift()?.(),
    get asked() {
      return waiting.length
    },
    async [Symbol.asyncDispose]() {
      await server.close(0)
    },
  }
}

describe('while a server drains', () => {
  test('each answer ends its connection, also to what was asked before', async () => {
    await using server = await slowServer()
    using before = await rawSocket(server.port)
    before.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(() => server.asked).toBe(1)
    server.beginDraining()
    server.answer()
    expect(await before.closed).toMatch(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n/s)

    const after = send(server, { method: 'POST', path: '/' })
    await expect.poll(() => server.asked).toBe(1)
    server.answer()
    expect((await after).headers['connection']).toBe('close')
  })

  test('and a proxy still sends requests, it answers those alone that change something, until none comes', async () => {
    await using server = await slowServer()
    server.beginDraining()
    const patience = 20_000
    let isQuiet = false
    const quiet = server.turnAway(patience).then(() => {
      isQuiet = true
    })
    using reading = await rawSocket(server.port)
    reading.write(`GET /api/tasks HTTP/1.1\r\nHost: x\r\n${FORWARDED}: 203.0.113.9\r\n\r\n`)
    expect(await reading.closed).toBe('')
    const writing = send(server, { method: 'POST', path: '/api/tasks', headers: { [FORWARDED]: '203.0.113.9' } })
    await expect.poll(() => server.asked).toBe(1)
    server.answer()
    expect((await writing).status).toBe(200)
    // What looks at its health sends nothing else.
    for (let probes = 0; probes < 10 && !isQuiet; probes += 1) {
      const probe = send(server, { method: 'GET', path: '/health' })
      await expect.poll(() => server.asked).toBe(1)
      server.answer()
      expect((await probe).status).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await quiet
  })

  test('it answers whoever comes directly, for whom nobody asks elsewhere', async () => {
    await using server = await slowServer()
    server.beginDraining()
    const quiet = server.turnAway(500)
    const reading = send(server, { method: 'GET', path: '/api/tasks' })
    await expect.poll(() => server.asked).toBe(1)
    server.answer()
    expect(await reading).toMatchObject({ status: 200, headers: { connection: 'close' } })
    await quiet
  })

  test('a process that was held up listens for who came meanwhile, before it takes it for quiet', async () => {
    await using server = await slowServer()
    let isQuiet = false
    const quiet = server.turnAway(20_000).then(() => {
      isQuiet = true
    })
    // One second in which it hears nothing; then the request is there, and the timer is over as well.
    const writing = send(server, { method: 'POST', path: '/api/tasks' })
    const end = performance.now() + 1_000
    while (performance.now() < end);
    await expect.poll(() => server.asked).toBe(1)
    expect(isQuiet).toBe(false)
    server.answer()
    expect((await writing).status).toBe(200)
    await quiet
  })

  test('it does not wait for quiet for longer than it has patience', async () => {
    await using server = await slowServer()
    const asking = setInterval(() => void send(server, { method: 'GET', path: '/' }).catch(() => {}), 50)
    await server.turnAway(500)
    clearInterval(asking)
  })
})
