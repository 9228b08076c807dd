import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { testDatabase } from '@taskwire/prisma/testing'
import { type Answer, type Envelope, readAnswer, registeredCalls, type TrpcCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawSocket } from './testing/raw-socket.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

let server: TestServer
let ada: TrpcCalls & { token: string; email: string }
let eve: TrpcCalls
beforeAll(async () => {
  server = await testServer(await testDatabase())
  ada = await registeredCalls(server)
  eve = await registeredCalls(server)
})
afterAll(() => server.close())

/** What Ada gets for a request that no tRPC client would send. */
async function send(path: string, init: RequestInit = {}): Promise<Answer<undefined>> {
  const headers = { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json', ...init.headers }
  return readAnswer(await fetch(`${server.url}${path}`, { ...init, headers }))
}

const post = (path: string, body: string) => send(path, { method: 'POST', body })

/** The answer says why, which request it was, and nothing of the server. */
function expectRefusal({ status, headers, text, error }: Answer<unknown>, expected: object): void {
  expect({ ...error, status }).toMatchObject(expected)
  expect(error).toMatchObject({ httpStatus: status, requestId: headers.get('x-request-id') })
  expect(text).not.toMatch(/stack|:\d+:\d+\)|\/src\/|node_modules|SELECT|INSERT|UPDATE|prisma|zod/)
  expect(text.length).toBeLessThan(2_000)
}

const invalid = (path: string, message: string | RegExp) => ({
  status: 400,
  reason: 'VALIDATION_FAILED',
  issues: [{ path, message: typeof message === 'string' ? message : expect.stringMatching(message) }],
})
const malformed = { status: 400, reason: 'MALFORMED_REQUEST' }

describe('a field at fault is named, with a sentence for people', () => {
  const cases: [name: string, path: string, input: Envelope | undefined, issue: ReturnType<typeof invalid>][] = [
    ['no input at all', 'task.create', undefined, invalid('', 'Input must be an object')],
    ['a missing title', 'task.create', { json: {} }, invalid('title', 'Title is required')],
    ['NUL in a title', 'task.create', { json: { title: 'a\0b' } }, invalid('title', /characters/)],
    ['a lone surrogate', 'task.create', { json: { title: 'a\ud800b' } }, invalid('title', /characters/)],
    ['text as a date', 'task.create', { json: { title: 'x', dueAt: 'soon' } }, invalid('dueAt', 'Not a valid date')],
    [
      'an unknown key',
      'task.create',
      { json: { title: 'x', userId: randomUUID() } },
      invalid('userId', 'Unknown field'),
    ],
    ['no UUID', 'task.delete', { json: { id: '1 OR 1=1' } }, invalid('id', 'Id must be a UUID')],
    ['no colour', 'tag.create', { json: { name: 'x', color: 'red' } }, invalid('color', /^Color must/)],
    ['no email', 'auth.login', { json: { email: 'ada', password: 'x' } }, invalid('email', /email/)],
  ]
  test.each(cases)('%s', async (_name, path, input, issue) => {
    expectRefusal(await ada.mutate(path, input), issue)
  })

  const queries: [name: string, input: Envelope, issue: ReturnType<typeof invalid>][] = [
    ['101 as limit', { json: { limit: 101 } }, invalid('limit', 'Limit must be a whole number from 1 to 100')],
    ['a number as text', { json: { limit: '5' } }, invalid('limit', /whole number/)],
    ['an unknown sort', { json: { sort: 'password' } }, invalid('sort', /^Sort must be one of/)],
    ['an offset too far', { json: { offset: 10_001 } }, invalid('offset', /10000/)],
    ['a cursor with spaces', { json: { cursor: 'not a cursor' } }, invalid('cursor', /^Not a valid cursor/)],
    ['a cursor that is made up', { json: { cursor: 'bm90LWEtY3Vyc29y' } }, invalid('cursor', /^Not a valid cursor/)],
  ]
  test.each(queries)('%s', async (_name, input, issue) => {
    expectRefusal(await ada.query('task.list', input), issue)
  })

  test('a cursor of another sort', async () => {
    await ada.mutate('task.create', { json: { title: 'One' } })
    await ada.mutate('task.create', { json: { title: 'Two' } })
    const { data } = await ada.query<{ nextCursor: string }>('task.list', { json: { limit: 1 } })
    expectRefusal(
      await ada.query('task.list', { json: { cursor: data.nextCursor, sort: 'title' } }),
      invalid('cursor', /cursor/i),
    )
  })
})

describe('what cannot be read is refused before anything runs', () => {
  const unread: [name: string, body: string][] = [
    ['JSON that breaks off', '{"json":{"title":'],
    ['no JSON', 'title=x'],
    ['JSON without the envelope', '{"title":"x"}'],
    ['an envelope with more in it', '{"json":{"title":"x"},"meta":{"referentialEqualities":{}}}'],
    ['an unknown type', '{"json":{"title":[1]},"meta":{"values":{"title":[["typed-array","Uint8Array"]]}}}'],
    ['a bigint', '{"json":{"title":"1"},"meta":{"values":{"title":["bigint"]}}}'],
    ['a Map', '{"json":{"title":[[1,2]]},"meta":{"values":{"title":["map"]}}}'],
    ['a Set', '{"json":{"title":"x","tagIds":[]},"meta":{"values":{"tagIds":["set"]}}}'],
    ['a date that is none', '{"json":{"title":"x","dueAt":"2026-02-31"},"meta":{"values":{"dueAt":["Date"]}}}'],
    ['a path to a prototype', '{"json":{"title":"x"},"meta":{"values":{"__proto__.polluted":["Date"]}}}'],
    ['thousands of levels', `{"json":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
    ['null', 'null'],
    ['a list', '[]'],
  ]
  test.each(unread)('%s', async (_name, body) => {
    expectRefusal(await post('/trpc/task.create', body), malformed)
  })

  test.each([
    ['a byte of Latin-1', [0xe9]],
    ['half a letter', [0xc3]],
    ['a letter spelt too long', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['UTF-16', [0xff, 0xfe, 0x41, 0x00]],
  ])('text that is no UTF-8: %s', async (_name, bytes) => {
    const title = Buffer.from(bytes)
    const body = Buffer.concat([Buffer.from('{"json":{"title":"'), title, Buffer.from('"}}')])
    expectRefusal(await send('/trpc/task.create', { method: 'POST', body }), malformed)
    const escaped = bytes.map((byte) => `%${byte.toString(16)}`).join('')
    expectRefusal(await send(`/trpc/task.list?input=%7B%22json%22:%7B%22search%22:%22${escaped}%22%7D%7D`), malformed)
    const { data } = await ada.query<{ items: { title: string }[] }>('task.list', { json: { limit: 100 } })
    expect(data.items.filter((task) => task.title.includes('\ufffd'))).toEqual([])
  })

  test('nothing that is UTF-8', async () => {
    const title = 'Ünïcödé 日本語 🎉 100%'
    expect((await ada.mutate<{ title: string }>('task.create', { json: { title } })).data.title).toBe(title)
    const { data } = await ada.query<{ items: object[] }>('task.list', { json: { search: '日本語 🎉 100%' } })
    expect(data.items).toMatchObject([{ title }])
  })

  test.each(['gzip', 'deflate', 'br'])('a body packed by %s, which may be a bomb', async (encoding) => {
    const headers = { 'content-encoding': encoding }
    const body = gzipSync(Buffer.from('{"json":{"title":"x"}}'))
    expectRefusal(await send('/trpc/task.create', { method: 'POST', headers, body }), {
      status: 415,
      reason: 'UNSUPPORTED_MEDIA_TYPE',
    })
  })

  test('a query whose input is no JSON', async () => {
    expectRefusal(await send('/trpc/task.list?input=%7B'), malformed)
    expectRefusal(await send('/trpc/task.list?input=%FF'), malformed)
  })

  test('parameters of a socket', async () => {
    for (const params of ['no json', '{"token":"x"}', 'null']) {
      const query = new URLSearchParams({ connectionParams: params })
      expectRefusal(await send(`/trpc/auth.me?${query}`), malformed)
      expectRefusal(await send(`/trpc/auth.me,auth.me?batch=1&${query}`), malformed)
    }
  })

  test('a path that cannot be decoded', async () => {
    expectRefusal(await send('/trpc/%'), malformed)
    expectRefusal(await send('/trpc//'), malformed)
  })

  test('a batch of the wrong shape', async () => {
    const { status, text } = await post('/trpc/task.create,tag.create?batch=1', '"all"')
    expect({ status, reasons: text.match(/MALFORMED_REQUEST/g) }).toMatchObject({ status: 400, reasons: { length: 2 } })
  })

  test('a batch of more than ten calls, however many', async () => {
    for (const calls of [11, 1_000]) {
      const answer = await send(`/trpc/${Array(calls).fill('t').join(',')}?batch=1&input=%7B%7D`)
      expectRefusal(answer, { reason: 'MALFORMED_REQUEST' })
      expect(answer.text.length).toBeLessThan(1_000)
    }
  })

  test.each([
    ['in a batch', '/trpc/auth.login,auth.login?batch=1', {}],
    [
      'in a streamed answer, which has no place for the cookie',
      '/trpc/auth.login?batch=1',
      { 'trpc-accept': 'application/jsonl' },
    ],
  ])('signing in %s', async (_name, path, headers) => {
    const call = { json: { email: ada.email, password: 'wrong' } }
    const response = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ 0: call, 1: call }),
    })
    const text = await response.text()
    expect(text).toContain('MALFORMED_REQUEST')
    expect(text).not.toMatch(/INVALID_CREDENTIALS|INTERNAL/)
  })
})

describe('somebody else’s', () => {
  test.each(['task.get', 'task.update', 'task.setCompleted', 'task.delete'])(
    'task is not there for %s',
    async (path) => {
      const { data } = await eve.mutate<{ id: string }>('task.create', { json: { title: 'Secret' } })
      const input = {
        json: {
          id: data.id,
          ...(path === 'task.update' && { title: 'x' }),
          ...(path === 'task.setCompleted' && { completed: true }),
        },
      }
      expectRefusal(path === 'task.get' ? await ada.query(path, input) : await ada.mutate(path, input), {
        status: 404,
        reason: 'NOT_FOUND',
      })
    },
  )

  test('tag cannot be used, changed or deleted', async () => {
    const { data } = await eve.mutate<{ id: string }>('tag.create', { json: { name: 'Secret' } })
    const attempts = [
      ada.mutate('task.create', { json: { title: 'x', tagIds: [data.id] } }),
      ada.mutate('tag.update', { json: { id: data.id, name: 'x' } }),
      ada.mutate('tag.delete', { json: { id: data.id } }),
    ]
    for (const answer of await Promise.all(attempts)) expectRefusal(answer, { status: 404, reason: 'NOT_FOUND' })
  })
})

describe('a conflict says how things are now', () => {
  test('a stale version comes with the current task', async () => {
    const { data: task } = await ada.mutate<{ id: string; version: number }>('task.create', { json: { title: 'x' } })
    const { data: current } = await ada.mutate<object>('task.update', { json: { id: task.id, title: 'y' } })
    expectRefusal(await ada.mutate('task.update', { json: { id: task.id, version: task.version, title: 'z' } }), {
      status: 409,
      reason: 'VERSION_CONFLICT',
      current,
    })
  })

  test('a tag’s name and an account’s email are taken once', async () => {
    await ada.mutate('tag.create', { json: { name: 'Home' } })
    expectRefusal(await ada.mutate('tag.create', { json: { name: ' HOME ' } }), {
      status: 409,
      reason: 'TAG_NAME_TAKEN',
    })
    const again = { json: { email: ada.email.toUpperCase(), password: 'correct horse battery staple' } }
    expectRefusal(await ada.mutate('auth.register', again), { status: 409, reason: 'EMAIL_TAKEN' })
  })
})

describe('a caller', () => {
  test.each([
    ['without a token', {}, 'TOKEN_MISSING'],
    ['with another scheme', { authorization: 'Basic YTpi' }, 'TOKEN_MISSING'],
    ['with a token that is none', { authorization: 'Bearer abc' }, 'TOKEN_INVALID'],
  ])('%s is told to sign in', async (_name, headers, reason) => {
    expectRefusal(await readAnswer(await fetch(`${server.url}/trpc/task.list`, { headers })), { status: 401, reason })
  })

  test('with the wrong password learns nothing else', async () => {
    for (const email of [ada.email, 'nobody@example.com']) {
      expectRefusal(await ada.mutate('auth.login', { json: { email, password: 'wrong' } }), {
        status: 401,
        reason: 'INVALID_CREDENTIALS',
      })
    }
  })
})

describe('HTTP', () => {
  test.each(['task.nothing', 'task', '__proto__', 'task.create.call', ''])(
    'there is no procedure "%s"',
    async (path) => {
      expectRefusal(await send(`/trpc/${path}`), { status: 404, reason: 'UNKNOWN_PROCEDURE' })
    },
  )

  test('what is no procedure is not found either', async () => {
    const response = await fetch(`${server.url}/nothing?password=hunter2`)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toEqual({
      type: 'urn:taskwire:problem:NOT_FOUND',
      title: 'Not found',
      status: 404,
      detail: 'Not found',
      reason: 'NOT_FOUND',
      requestId: response.headers.get('x-request-id'),
    })
  })

  test.each([
    ['GET', 'task.create', 'POST'],
    ['POST', 'task.list', 'GET'],
    ['PUT', 'task.create', 'GET, HEAD, POST'],
    ['DELETE', 'task.delete', 'GET, HEAD, POST'],
    ['OPTIONS', 'task.list', 'GET, HEAD, POST'],
  ])('%s does not fit %s', async (method, path, allowed) => {
    const answer = await send(`/trpc/${path}`, { method })
    expectRefusal(answer, { status: 405, reason: 'METHOD_NOT_SUPPORTED' })
    expect(answer.headers.get('allow')).toBe(allowed)
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/jsonp',
    'text/plain; a=application/json',
    '',
  ])('a body of type "%s" is refused: it is what a form of another site can send', async (type) => {
    const answer = await send('/trpc/task.create', {
      method: 'POST',
      headers: { 'content-type': type },
      body: new TextEncoder().encode('{"json":{"title":"x"}}'),
    })
    expectRefusal(answer, { status: 415, reason: 'UNSUPPORTED_MEDIA_TYPE' })
  })

  test('a body may not be longer than 100 kB, or 4 kB to sign in', async () => {
    const tooLarge = { status: 413, reason: 'PAYLOAD_TOO_LARGE' }
    const body = (length: number) => JSON.stringify({ json: { title: 'x'.repeat(length) } })
    expectRefusal(await post('/trpc/task.create', body(101_000)), tooLarge)
    expectRefusal(await post('/trpc/task.create', body(2_000_000)), tooLarge)
    expectRefusal(await post('/trpc/auth.login', body(4_100)), tooLarge)
    expectRefusal(await post('/trpc/%61uth.login', body(4_100)), tooLarge)
    expectRefusal(await post('/trpc/task.create', body(99_000)), { status: 400, reason: 'VALIDATION_FAILED' })
  })

  test('a body of unknown length is cut off where it gets too long', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(50_000))
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(chunk) })
    const answer = send('/trpc/task.create', { method: 'POST', body: endless, duplex: 'half' } as RequestInit)
    // It depends on which comes first, the answer or the end of the connection.
    await answer.then(
      (refused) => expectRefusal(refused, { status: 413, reason: 'PAYLOAD_TOO_LARGE' }),
      (error) => expect(error).toBeInstanceOf(TypeError),
    )
  })

  test('a URL may not be longer than 8 kB', async () => {
    const answer = await send(`/trpc/task.list?input=${'x'.repeat(8_200)}`)
    expectRefusal(answer, { status: 413, reason: 'PAYLOAD_TOO_LARGE' })
  })

  test.each([
    'TRACE /trpc/task.list HTTP/1.1\r\nHost: x',
    'GET /trpc/task.list HTTP/1.1\r\nHost: a b',
    'GET /trpc/// HTTP/1.1\r\nHost: x',
  ])('a request such as no client makes is no fault of ours: %j', async (head) => {
    using socket = await rawSocket(server.port)
    socket.write(`${head}\r\nConnection: close\r\n\r\n`)
    const answer = await socket.closed
    expect(answer).toMatch(/^HTTP\/1\.1 40[045] /)
    const [, id] = /^x-request-id: (.+)\r$/im.exec(answer) ?? []
    expect(answer).toContain(`"requestId":"${id}"`)
  })

  test('what is no HTTP is refused, and the connection closed', async () => {
    using socket = await rawSocket(server.port)
    socket.write('\x16\x03\x01 hello\r\n\r\n')
    expect(await socket.closed).toMatch(/^HTTP\/1\.1 400 /)
  })
})

test('after all that the same server answers, and none of it was its own fault', async () => {
  expect((await ada.query('task.list')).status).toBe(200)
  expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
})
