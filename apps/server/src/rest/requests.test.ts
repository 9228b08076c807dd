import { randomUUID } from 'node:crypto'
import type { Tag, Task, TaskListResult } from '@taskwire/contract'
import { describe, expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { rawSocket } from '../testing/raw-socket.ts'
import { type RestAnswer, registeredRestCalls, restCalls } from '../testing/rest-calls.ts'

const test = testWith({}).extend('call', async ({ server }) => (await registeredRestCalls(server)).call)

describe('a query', () => {
  test('is read as people write it', async ({ call }) => {
    const tagIds = await Promise.all(
      ['Home', 'Work'].map(async (name) => (await call<Tag>('POST', '/tags', { body: { name } })).body.id),
    )
    const dueAt = '2026-12-01T09:00:00+02:00'
    await call('POST', '/tasks', { body: { title: 'Both', tagIds, dueAt } })
    await call('POST', '/tasks', { body: { title: 'One', tagIds: tagIds.slice(1), completed: true } })
    const titles = async (query: string) => {
      const { status, body } = await call<TaskListResult>('GET', `/tasks?${query}`)
      return status === 200 ? body.items.map(({ title }) => title) : body
    }
    expect(await titles('')).toEqual(['One', 'Both'])
    expect(await titles('completed=false')).toEqual(['Both'])
    expect(await titles('completed=true&limit=5&offset=0')).toEqual(['One'])
    expect(await titles(`tagIds=${tagIds[1]}`)).toEqual(['One', 'Both'])
    expect(await titles(`tagIds=${tagIds[0]}&tagIds=${tagIds[1]}`)).toEqual(['Both'])
    expect(await titles('sort=title&order=asc&search=o')).toEqual(['Both', 'One'])
    expect(await titles('dueAfter=2026-12-01T07:00:00Z&dueBefore=2026-12-01T07:00:00.001Z')).toEqual(['Both'])
    expect(await titles('dueAfter=2026-12-01T09:00:00%2B02:00')).toEqual(['Both'])
    expect(await titles('dueAfter=2026-12-01T09:00:00+02:00')).toEqual(['Both'])
    expect(await titles('search=')).toEqual(['One', 'Both'])
  })

  test.for([
    ['completed=maybe', 'completed', 'NOT_TRUE_OR_FALSE'],
    ['completed=', 'completed', 'NOT_TRUE_OR_FALSE'],
    ['completed=1', 'completed', 'NOT_TRUE_OR_FALSE'],
    ['completed=true&completed=false', 'completed', 'NOT_TRUE_OR_FALSE'],
    ['limit=five', 'limit', 'NOT_A_WHOLE_NUMBER'],
    ['limit=5.0', 'limit', 'NOT_A_WHOLE_NUMBER'],
    ['limit=5e0', 'limit', 'NOT_A_WHOLE_NUMBER'],
    ['limit=0x5', 'limit', 'NOT_A_WHOLE_NUMBER'],
    ['limit=101', 'limit', 'NOT_A_WHOLE_NUMBER'],
    ['limit=99999999999999999999', 'limit', 'NOT_A_WHOLE_NUMBER'],
    ['offset=-1', 'offset', 'NOT_A_WHOLE_NUMBER'],
    ['dueAfter=2026-12-01', 'dueAfter', 'NOT_A_DATE'],
    ['dueAfter=2026-12-01T09:00:00', 'dueAfter', 'NOT_A_DATE'],
    ['dueAfter=2026-02-30T09:00:00Z', 'dueAfter', 'NOT_A_DATE'],
    ['dueAfter=0000-12-01T09:00:00Z', 'dueAfter', 'NOT_A_DATE'],
    ['dueAfter=1', 'dueAfter', 'NOT_A_DATE'],
    ['tagIds=home', 'tagIds.0', 'NOT_A_UUID'],
    ['sort=color', 'sort', 'NOT_ONE_OF'],
    ['direction=forward', 'direction', 'UNKNOWN_FIELD'],
    ['__proto__=1', '__proto__', 'UNKNOWN_FIELD'],
    ['constructor=1', 'constructor', 'UNKNOWN_FIELD'],
    ['userId=1', 'userId', 'UNKNOWN_FIELD'],
  ])('with %s is refused: %s %s', async ([query, path, code], { call }) => {
    const { status, body } = await call('GET', `/tasks?${query}`)
    expect({ status, issues: body.issues }).toMatchObject({ status: 400, issues: [{ path, code }] })
  })

  test('is told every fault at once, by field', async ({ call }) => {
    const { status, body, headers } = await call('GET', '/tasks?completed=maybe&limit=0&color=red')
    expect(status).toBe(400)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(body).toMatchObject({
      type: 'urn:taskwire:problem:VALIDATION_FAILED',
      title: 'Some fields are not valid',
      status: 400,
      requestId: headers['x-request-id'],
    })
    expect(body.issues?.map(({ path }) => path).sort()).toEqual(['color', 'completed', 'limit'])
  })

  test('is told how an instant is written', async ({ call }) => {
    const { body } = await call('GET', '/tasks?dueAfter=2026-12-01T09:00:00')
    expect(body.issues?.map(({ message }) => message)).toEqual([
      'Due after must be a date and time with an offset, such as 2026-12-01T09:00:00Z',
    ])
  })

  test('that is no UTF-8, or too long, is refused before it is read', async ({ call }) => {
    expect(await call('GET', '/tasks?search=%ff')).toMatchObject({ status: 400, body: { reason: 'MALFORMED_REQUEST' } })
    const long = await call('GET', `/tasks?search=${'a'.repeat(8_192)}`)
    expect(long).toMatchObject({ status: 413, body: { reason: 'PAYLOAD_TOO_LARGE' } })
  })
})

describe('a body', () => {
  test('has instants as text, with any offset', async ({ call }) => {
    const { body } = await call<Task>('POST', '/tasks', {
      body: { title: 'A', dueAt: '2026-12-01t23:30:00.123456-05:00' },
    })
    expect(body.dueAt).toBe('2026-12-02T04:30:00.123Z')
    expect(await call('PATCH', `/tasks/${body.id}`, { body: { dueAt: null } })).toMatchObject({ body: { dueAt: null } })
  })

  test.for([
    [{ title: 'A', dueAt: '2026-12-01' }, 'dueAt'],
    [{ title: 'A', dueAt: 1_795_000_000_000 }, 'dueAt'],
    [{ title: 'A', completed: 'true' }, 'completed'],
    [{ title: 7 }, 'title'],
    [{}, 'title'],
    ['{"title":"\\ud800"}', 'title'],
    [{ title: 'A', description: 'a'.repeat(10_001) }, 'description'],
    [{ title: 'A', userId: randomUUID() }, 'userId'],
    [[], ''],
    ['"text"', ''],
    ['5', ''],
    ['null', ''],
  ] as const)('of %j is refused', async ([body, path], { call }) => {
    const answer = await call('POST', '/tasks', { body })
    expect(answer).toMatchObject({ status: 400, body: { reason: 'VALIDATION_FAILED', issues: [{ path }] } })
  })

  test.for([
    ['{', 'The request body is not valid JSON'],
    ['{"title":"A"', 'The request body is not valid JSON'],
    ["{'title':'A'}", 'The request body is not valid JSON'],
    [`{"title":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'More than 32 levels of nesting'],
    ['{"__proto__":{"title":"A"}}', 'Forbidden key "__proto__"'],
    [`{"tagIds":[${Array(20_000).fill(0)}]}`, 'More than 10000 values'],
  ])('that is no JSON anybody needs is refused: %.30s', async ([body, detail], { call }) => {
    const answer = await call('POST', '/tasks', { body })
    expect(answer).toMatchObject({ status: 400, body: { reason: 'MALFORMED_REQUEST' } })
    expect(answer.body.detail).toContain(detail)
  })

  test.for(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', undefined])(
    'as %s is refused',
    async (type, { call }) => {
      const answer = await call('POST', '/tasks', { body: '{"title":"A"}', headers: { 'content-type': type } })
      expect(answer).toMatchObject({ status: 415, body: { reason: 'UNSUPPORTED_MEDIA_TYPE' } })
    },
  )

  test('that is packed, or has more than 100 kB, is refused', async ({ call }) => {
    const packed = await call('POST', '/tasks', { body: { title: 'A' }, headers: { 'content-encoding': 'gzip' } })
    expect(packed).toMatchObject({ status: 415, body: { detail: 'The request body must not be compressed' } })
    expect(await call('POST', '/tasks', { body: ' '.repeat(100_001) })).toMatchObject({ status: 413 })
  })

  test.for([
    ['shorter than its body', 'Content-Length: 5'],
    ['said twice', 'Content-Length: 13\r\nContent-Length: 14'],
    ['no number', 'Content-Length: x'],
    ['less than nothing', 'Content-Length: -1'],
    ['said beside chunks', 'Content-Length: 13\r\nTransfer-Encoding: chunked'],
  ])('whose length is %s is refused', async ([, length], { server }) => {
    const { call, token } = await registeredRestCalls(server)
    using socket = await rawSocket(server.port)
    const type = 'Content-Type: application/json'
    socket.write(
      `POST /api/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${type}\r\n${length}\r\n\r\n`,
    )
    socket.write('{"title":"A"}')
    expect(await socket.closed).toMatch(/^HTTP\/1\.1 400 /)
    expect(await call<TaskListResult>('GET', '/tasks')).toMatchObject({ body: { items: [] } })
  })

  test('has no place where the query is read, nor the query where the body is, nor the id beside the path', async ({
    call,
  }) => {
    const { body: task } = await call<Task>('POST', '/tasks', { body: { title: 'A' } })
    const unknown = (path: string) => ({ status: 400, body: { issues: [{ path, code: 'UNKNOWN_FIELD' }] } })
    expect(await call('DELETE', `/tasks/${task.id}`, { body: { version: 1 } })).toMatchObject(unknown('version'))
    expect(await call('DELETE', `/tasks/${task.id}?version=1`)).toMatchObject(unknown('version'))
    expect(await call('POST', '/tasks?title=B', { body: { title: 'A' } })).toMatchObject(unknown('title'))
    const whole = await call('PUT', `/tasks/${task.id}`, { body: task })
    expect(whole.body.issues?.map(({ path }) => path).sort()).toEqual([
      'completedAt',
      'createdAt',
      'deletedAt',
      'id',
      'tags',
      'updatedAt',
    ])
    expect(whole.body.detail).toContain('id: Not read here: the path says it')
    const inBody = await call('DELETE', '/tasks', { body: { ids: [task.id] } })
    expect(inBody.body.detail).toContain('ids: Not read here: send it in the query')
    expect(await call('POST', '/auth/logout', { body: { all: true } })).toMatchObject(unknown('all'))
    expect(await call('POST', '/auth/logout', { body: 'null' })).toMatchObject({ status: 400 })
    expect(await call('GET', '/auth/me?_=1')).toMatchObject(unknown('_'))
    expect(await call('GET', `/tasks/${task.id}`)).toMatchObject({ status: 200, body: task })
  })
})

describe('a path', () => {
  test('answers below /api/v1 as well, and leads on there', async ({ server }) => {
    const { token } = await registeredRestCalls(server)
    const call = restCalls(server, { token, base: '/api/v1' })
    const made = await call<Task>('POST', '/tasks', { body: { title: 'A' } })
    expect(made.headers.location).toBe(`/api/v1/tasks/${made.body.id}`)
    const { headers } = await call('GET', '/tasks?limit=1')
    expect(headers['link']).toBe('</api/v1/tasks?limit=1>; rel="first"')
  })

  test('with a slash at its end is the same', async ({ call }) => {
    expect(await call('GET', '/tasks/')).toMatchObject({ status: 200 })
  })

  test('that is none is not found, and says so to a browser too', async ({ call }) => {
    for (const path of ['', '/', '/nothing', '/tasks/a/b', '/Tasks', '/auth.me', '/v1', '/v2/tasks']) {
      const answer = await call('GET', path, { headers: { accept: 'text/html' } })
      expect(answer).toMatchObject({ status: 404, body: { reason: 'UNKNOWN_PROCEDURE' } })
      expect(answer.body.detail).toMatch(/^Nothing has this path: \/api(\/v1)?\/openapi.json lists what there is$/)
    }
  })

  test.for([
    ['PUT', '/tasks', 'GET, HEAD, POST, PATCH, DELETE'],
    ['TRACE', '/tasks/1', 'GET, HEAD, PATCH, PUT, DELETE'],
    ['GET', '/auth/login', 'POST'],
    ['HEAD', '/auth/token', 'POST'],
    ['HEAD', '/changes/stream', 'GET'],
  ] as const)('takes its methods alone: no %s %s', async ([method, path, allow], { call }) => {
    const answer = await call(method, path)
    expect(answer).toMatchObject({ status: 405, headers: { allow } })
    if (method !== 'HEAD') expect(answer.body.detail).toBe(`The methods of this path are ${allow}`)
  })

  test('by HEAD has the headers of GET alone', async ({ call }) => {
    const { body } = await call<Task>('POST', '/tasks', { body: { title: 'A' } })
    expect(await call('HEAD', `/tasks/${body.id}`)).toMatchObject({ status: 200, text: '', headers: { etag: '"1"' } })
  })

  test.for(['/tasks/%', '/tasks/%ff', '/tasks/%00'])('that cannot be read is refused: %s', async (path, { call }) => {
    expect(await call('GET', path)).toMatchObject({ status: 400 })
  })

  test.for(['/tasks/1', '/tasks/../auth/me', "/tasks/' OR 1=1"])(
    'with what is no id is refused: %s',
    async (path, { server, call }) => {
      const { status } = await call('GET', encodeURI(path))
      expect([400, 404]).toContain(status)
      expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
    },
  )
})

describe('Link', () => {
  const relations = (link: unknown) =>
    Object.fromEntries(
      Array.from(String(link).matchAll(/<([^>]*)>; rel="(\w+)"/g), ([, target, name]) => [name, target]),
    )

  test('leads through all pages, by cursor or by offset, and keeps the filters', async ({ call }) => {
    await Promise.all(
      Array.from({ length: 7 }, (_, index) => call('POST', '/tasks', { body: { title: `Task ${index}` } })),
    )
    for (const first of ['/tasks?limit=3&sort=title&order=asc', '/tasks?limit=3&sort=title&order=asc&offset=0']) {
      const titles: string[] = []
      let path: string | undefined = first
      while (path !== undefined) {
        const page: RestAnswer<TaskListResult> = await call('GET', path)
        titles.push(...page.body.items.map(({ title }) => title))
        const links = relations(page.headers['link'])
        expect(links['first']).toBe(`/api${first}`)
        path = links['next']?.replace('/api', '')
      }
      expect(titles).toEqual(Array.from({ length: 7 }, (_, index) => `Task ${index}`))
    }
    const { headers } = await call('GET', '/tasks?limit=3&offset=2')
    expect(relations(headers['link'])).toMatchObject({
      prev: '/api/tasks?limit=3&offset=0',
      next: '/api/tasks?limit=3&offset=5',
    })
  })

  test('leaves out what would make it longer than proxies take', async ({ call }) => {
    const tagIds = Array.from({ length: 35 }, () => `tagIds=${randomUUID()}`).join('&')
    const { headers } = await call('GET', `/tasks?limit=1&offset=3&${tagIds}`)
    expect(Object.keys(relations(headers['link']))).toEqual(['prev'])
    const longer = await call('GET', `/tasks?search=${'%F0%9F%98%80'.repeat(200)}&${tagIds}`)
    expect(longer).toMatchObject({ status: 200 })
    expect(longer.headers['link']).toBeUndefined()
  })

  test('leads through what has changed', async ({ call }) => {
    for (const title of ['A', 'B', 'C']) await call('POST', '/tasks', { body: { title } })
    const { headers } = await call('GET', '/changes?since=0&limit=2')
    expect(relations(headers['link'])).toEqual({ next: '/api/changes?since=2&limit=2&snapshot=0' })
    expect((await call('GET', '/changes?since=2&limit=2')).headers['link']).toBeUndefined()
  })
})

test('somebody who is not known is told how to be, and why not', async ({ server }) => {
  expect(await restCalls(server)('GET', '/tasks')).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Bearer realm="taskwire"' },
    body: { reason: 'TOKEN_MISSING' },
  })
  expect(await restCalls(server, { token: 'made-up' })('GET', '/tasks')).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': expect.stringContaining('error="invalid_token"') },
  })
})

test('answers are stored nowhere, and say what is left of a limit', async ({ call }) => {
  const { headers } = await call('GET', '/tasks')
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'ratelimit-limit': expect.any(String),
    'ratelimit-remaining': expect.any(String),
    'ratelimit-reset': expect.any(String),
    'x-request-id': expect.any(String),
  })
})
