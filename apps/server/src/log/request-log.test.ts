import { hostname } from 'node:os'
import { freshDatabase, testDatabase } from '@taskwire/prisma/testing'
import { registeredCalls, trpcCalls } from '@taskwire/router/testing'
import { describe, expect, test } from 'vitest'
import { rawSocket } from '../testing/raw-socket.ts'
import { type TestServer, testServer } from '../testing/test-server.ts'

/** The log lines of requests; the one of a request comes just after its answer. */
async function requestLines({ log }: TestServer, count: number) {
  await expect.poll(() => log.filter(({ res }) => res !== undefined)).toHaveLength(count)
  return log.filter(({ res }) => res !== undefined)
}

describe('the request id', () => {
  const headers = (id: string) => ({ 'x-request-id': id })

  test('is the caller’s own, in the answer’s header, in its error and in the log', async () => {
    await using server = await testServer(await testDatabase())
    const response = await fetch(`${server.url}/trpc/task.list`, { headers: headers('edge-1:42') })
    expect(response.headers.get('x-request-id')).toBe('edge-1:42')
    expect(await response.json()).toMatchObject({ error: { json: { data: { requestId: 'edge-1:42' } } } })
    expect(await requestLines(server, 1)).toMatchObject([{ req: { id: 'edge-1:42' } }])
  })

  test.each(['', 'x'.repeat(65), 'a b', 'a"b', '<script>', 'a,b'])('"%s" is replaced by one of ours', async (id) => {
    await using server = await testServer(await testDatabase())
    const { headers: answered } = await fetch(`${server.url}/trpc/task.list`, { headers: headers(id) })
    expect(answered.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('differs from request to request', async () => {
    await using server = await testServer(await testDatabase())
    const ids = await Promise.all(
      Array.from({ length: 5 }, async () => (await fetch(`${server.url}/livez`)).headers.get('x-request-id')),
    )
    expect(new Set(ids).size).toBe(5)
  })
})

describe('a line of the log', () => {
  test('says what was asked, by whom, how each call ended, and which process answered', async () => {
    await using server = await testServer(await testDatabase())
    const user = await registeredCalls(server)
    const { data: me } = await user.query<{ id: string }>('auth.me')
    server.log.length = 0
    await user.query('task.list', { json: {} })
    const [line] = await requestLines(server, 1)
    expect(line).toEqual({
      level: 30,
      time: expect.any(Number),
      pid: process.pid,
      hostname: hostname(),
      req: { id: expect.any(String), method: 'GET', path: '/trpc/task.list' },
      res: { statusCode: 200 },
      responseTime: expect.any(Number),
      ip: '127.0.0.1',
      userId: me.id,
      calls: [{ procedure: 'task.list', milliseconds: expect.any(Number) }],
      msg: 'GET /trpc/task.list 200',
    })
  })

  test('says why a request was refused, by whomever', async () => {
    await using server = await testServer(await testDatabase())
    const user = await registeredCalls(server)
    server.log.length = 0
    await user.query('task.get', { json: { id: crypto.randomUUID() } })
    await fetch(`${server.url}/api/tasks`)
    await fetch(`${server.url}/trpc/no.such`)
    await fetch(`${server.url}/trpc/task.create`, { method: 'POST', body: '{}' })
    await fetch(`${server.url}/nothing`)
    expect(await requestLines(server, 5)).toMatchObject([
      {
        level: 40,
        reason: 'NOT_FOUND',
        userId: expect.any(String),
        calls: [{ procedure: 'task.get', reason: 'NOT_FOUND' }],
      },
      { level: 40, reason: 'TOKEN_MISSING', calls: [{ procedure: 'task.list', reason: 'TOKEN_MISSING' }] },
      { level: 40, reason: 'UNKNOWN_PROCEDURE', msg: 'GET /trpc/no.such 404 UNKNOWN_PROCEDURE' },
      { level: 40, reason: 'UNSUPPORTED_MEDIA_TYPE' },
      { level: 40, reason: 'NOT_FOUND' },
    ])
  })

  test('says of each call of a batch how it ended, and its level is that of the worst', async () => {
    await using db = await freshDatabase()
    await using server = await testServer(db)
    const user = await registeredCalls(server)
    await db.client.$executeRaw`ALTER TABLE tags RENAME COLUMN color TO colour`
    server.log.length = 0
    const inputs = JSON.stringify({ 1: { json: { limit: 'many' } } })
    const batch = `${server.url}/trpc/auth.me,task.list,tag.list?batch=1&input=${encodeURIComponent(inputs)}`
    await fetch(batch, { headers: { authorization: `Bearer ${user.token}` } })
    const [line] = await requestLines(server, 1)
    expect(line).toMatchObject({
      level: 50,
      res: { statusCode: 207 },
      reason: 'INTERNAL',
      cause: { code: '42703', message: expect.stringContaining('color') },
    })
    expect(line?.['calls']).toHaveLength(3)
    expect(line?.['calls']).toEqual(
      expect.arrayContaining([
        { procedure: 'auth.me', milliseconds: expect.any(Number) },
        { procedure: 'task.list', milliseconds: expect.any(Number), reason: 'VALIDATION_FAILED' },
        {
          procedure: 'tag.list',
          milliseconds: expect.any(Number),
          reason: 'INTERNAL',
          cause: { kind: null, code: '42703', message: expect.stringContaining('color') },
        },
      ]),
    )
  })

  test('names the caller’s address, not that of the proxy', async () => {
    await using server = await testServer(await testDatabase(), { trustProxy: 1 })
    await fetch(`${server.url}/nothing`, { headers: { 'x-forwarded-for': '203.0.113.7' } })
    expect(await requestLines(server, 1)).toMatchObject([{ ip: '203.0.113.7' }])
  })

  test('tells of a client that went away before it had its answer', async () => {
    await using server = await testServer(await testDatabase())
    const { token } = await registeredCalls(server)
    using socket = await rawSocket(server.port)
    const headers = `Host: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 99`
    socket.write(`POST /trpc/task.create HTTP/1.1\r\n${headers}\r\n\r\n{"json":`)
    await fetch(`${server.url}/livez`)
    socket[Symbol.dispose]()
    expect(await requestLines(server, 2)).toMatchObject([{}, { msg: 'POST /trpc/task.create aborted' }])
  })

  test('is not written for probes', async () => {
    await using server = await testServer(await testDatabase())
    for (const path of ['/livez', '/health', '/nothing']) await fetch(server.url + path)
    expect(await requestLines(server, 1)).toMatchObject([{ req: { path: '/nothing' } }])
  })

  test('is short, however long the path', async () => {
    await using server = await testServer(await testDatabase())
    await fetch(`${server.url}/${'x'.repeat(7_000)}`)
    const [line] = await requestLines(server, 1)
    expect(JSON.stringify(line).length).toBeLessThan(1_000)
  })
})

test('nothing that a user entrusts to us is in the log', async () => {
  await using db = await freshDatabase()
  await using server = await testServer(db)
  const password = 'canary-password-1 horse battery'
  const email = 'ada@example.com'

  const registered = await trpcCalls(server).mutate<{ accessToken: string }>('auth.register', {
    json: { email, password },
  })
  const cookie = /=([^;]+)/.exec(registered.headers.get('set-cookie') ?? '')?.[1] ?? ''
  const token = registered.data.accessToken
  const ada = trpcCalls({ url: server.url, token })
  await trpcCalls(server).mutate('auth.login', { json: { email, password: 'canary-password-2' } })
  await trpcCalls(server).mutate('auth.login', { json: { email, password: ['canary-password-3'] } })
  await ada.mutate('auth.changePassword', {
    json: { currentPassword: 'canary-password-4', newPassword: 'canary-password-5' },
  })
  await ada.query('task.list', { json: { search: 'canary-search' } })
  await ada.query('task.list', { json: { canaryKey: 1 } })
  await ada.mutate('task.create', { json: { title: 'canary-title', description: 'canary-description' } })
  await fetch(`${server.url}/trpc/auth.refresh?token=canary-query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: `taskwire=${cookie}` },
  })
  await fetch(`${server.url}/trpc/auth.me`, {
    headers: { authorization: 'Bearer canary-token', cookie: 'a=canary-cookie' },
  })
  await fetch(`${server.url}/trpc/task.create`, { method: 'POST', body: 'canary-body' })

  // Faults of ours, whose stories go into the log: a schema that is not as expected, and no database at all.
  await db.client.$executeRaw`ALTER TABLE tasks RENAME COLUMN title TO headline`
  await ada.mutate('task.create', { json: { title: 'canary-title' } })
  await ada.query('task.list', { json: { search: 'canary-search' } })
  await db.close()
  await ada.mutate('tag.create', { json: { name: 'canary-tag' } })

  await requestLines(server, 13)
  const log = server.log.map((line) => JSON.stringify(line)).join('\n')
  expect(log).toContain('A call failed')
  expect(log).not.toMatch(/canary/i)
  expect(cookie).not.toBe('')
  expect(log).not.toContain(cookie.split('.')[2])
  expect(log).not.toContain(token.split('.')[2])
})

test('security events are in the log, with the user and the request', async () => {
  await using server = await testServer(await testDatabase())
  await registeredCalls(server)
  const [line] = server.log.filter(({ audit }) => audit === 'registered')
  expect(line).toMatchObject({
    msg: 'Security event: registered',
    userId: expect.any(String),
    ip: '127.0.0.1',
    req: { id: expect.any(String) },
  })
})

describe('a proxy that nobody told us of', () => {
  const throughProxy = (server: TestServer) =>
    fetch(`${server.url}/livez`, { headers: { 'x-forwarded-for': '203.0.113.7' } })
  const warnings = ({ log }: TestServer) => log.filter(({ msg }) => msg.includes('TRUST_PROXY'))

  test('is mentioned once', async () => {
    await using server = await testServer(await testDatabase())
    await fetch(`${server.url}/livez`)
    expect(warnings(server)).toEqual([])
    for (let request = 0; request < 3; request++) await throughProxy(server)
    expect(warnings(server)).toMatchObject([{ level: 40 }])
  })

  test('is none when it is configured: then the address is the one that it names', async () => {
    await using server = await testServer(await testDatabase(), { trustProxy: 1 })
    await throughProxy(server)
    expect(warnings(server)).toEqual([])
  })
})
