import { randomUUID } from 'node:crypto'
import type { Tag, Task } from '@taskwire/contract'
import { describe, expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { type RestCall, registeredRestCalls } from '../testing/rest-calls.ts'

const test = testWith({}).extend('call', async ({ server }) => (await registeredRestCalls(server)).call)

async function newTask(call: RestCall, content: object = {}): Promise<Task> {
  return (await call<Task>('POST', '/tasks', { body: { title: 'Write', ...content } })).body
}

async function newTag(call: RestCall, name = 'Home'): Promise<Tag> {
  return (await call<Tag>('POST', '/tags', { body: { name } })).body
}

describe('If-None-Match', () => {
  test('with the tag of the task is answered by 304 until the task changes', async ({ call }) => {
    const { id } = await newTask(call)
    const first = await call('GET', `/tasks/${id}`)
    expect(first.headers.etag).toBe('"1"')
    const again = { headers: { 'if-none-match': first.headers.etag } }
    expect(await call('GET', `/tasks/${id}`, again)).toMatchObject({ status: 304, text: '', headers: { etag: '"1"' } })
    await call('PATCH', `/tasks/${id}`, { body: { title: 'Other' } })
    expect(await call('GET', `/tasks/${id}`, again)).toMatchObject({ status: 200, headers: { etag: '"2"' } })
  })

  test('is answered anew when a tag of the task has been renamed, which leaves its version', async ({ call }) => {
    const tag = await newTag(call)
    const { id, version } = await newTask(call, { tagIds: [tag.id] })
    const { headers } = await call('GET', `/tasks/${id}`)
    await call('PATCH', `/tags/${tag.id}`, { body: { name: 'House' } })
    const renamed = await call<Task>('GET', `/tasks/${id}`, { headers: { 'if-none-match': headers.etag } })
    expect(renamed).toMatchObject({ status: 200, body: { version, tags: [{ name: 'House' }] } })
  })

  test('is heeded from fetch, which adds `no-cache`, meant for caches on the way', async ({ server }) => {
    const { token } = await registeredRestCalls(server)
    const headers = { authorization: `Bearer ${token}` }
    for (const path of ['/api/tasks', '/api/openapi.json']) {
      const first = await fetch(server.url + path, { headers })
      const etag = first.headers.get('etag') ?? ''
      const again = await fetch(server.url + path, { headers: { ...headers, 'if-none-match': etag } })
      expect([await first.text(), again.status, await again.text()]).toEqual([expect.any(String), 304, ''])
    }
  })

  test('works for lists too', async ({ call }) => {
    await newTask(call)
    for (const path of ['/tasks?limit=5', '/tags', '/changes?since=0']) {
      const { headers } = await call('GET', path)
      expect(await call('GET', path, { headers: { 'if-none-match': headers.etag } })).toMatchObject({ status: 304 })
    }
  })
})

/** What `If-Match` guards, of a task or a tag. */
const guarded: [
  what: string,
  change: (rows: { task: Task; tag: Tag }) => [method: string, path: string, body?: object],
][] = [
  ['PATCH of a task', ({ task }) => ['PATCH', `/tasks/${task.id}`, { title: 'Other' }]],
  ['PUT of a task', ({ task }) => ['PUT', `/tasks/${task.id}`, { title: 'Other' }]],
  ['completing a task', ({ task }) => ['PATCH', `/tasks/${task.id}/complete`, { completed: true }]],
  ['DELETE of a task', ({ task }) => ['DELETE', `/tasks/${task.id}`]],
  ['DELETE of a tag', ({ tag }) => ['DELETE', `/tags/${tag.id}`]],
  ['PATCH of a tag', ({ tag }) => ['PATCH', `/tags/${tag.id}`, { name: 'Other' }]],
]

describe.each(guarded)('If-Match at %s', (_what, change) => {
  test('with an older version is 412, tells how it is now, and changes nothing', async ({ call }) => {
    const tag = await newTag(call)
    const task = await newTask(call, { tagIds: [tag.id] })
    const [method, path, body] = change({ task, tag })
    const current = path.startsWith('/tags') ? tag : task
    for (const stale of [
      `"${current.version - 1}"`,
      `W/"${current.version - 1}"`,
      '"of-another-server"',
      '"9999999999"',
      '"99999999999"',
    ]) {
      const answer = await call(method, path, { body, headers: { 'if-match': stale } })
      expect(answer).toMatchObject({ status: 412, body: { status: 412, reason: 'VERSION_CONFLICT', current } })
    }
    expect(await call('GET', `/tasks/${task.id}`)).toMatchObject({ body: task })
    const { headers } = await call('GET', `/tasks/${task.id}`)
    const etag = path.startsWith('/tags') ? `"${tag.version}"` : headers.etag
    expect((await call(method, path, { body, headers: { 'if-match': etag } })).status).toBeLessThan(300)
  })
})

test.for(['1, 2', '"1", "2"', 'one', '"', '""1""', 'W/1'])(
  'If-Match: %s is refused by name',
  async (text, { call }) => {
    const { id } = await newTask(call)
    const answer = await call('DELETE', `/tasks/${id}`, { headers: { 'if-match': text } })
    expect(answer).toMatchObject({ status: 400, body: { issues: [{ path: 'If-Match', code: 'NOT_A_VERSION' }] } })
  },
)

test('If-Match: * takes whatever is there, and the version alone will do for a task with tags', async ({ call }) => {
  const task = await newTask(call, { tagIds: [(await newTag(call)).id] })
  const change = { body: { title: 'Other' }, headers: { 'if-match': `"${task.version}"` } }
  expect(await call('PATCH', `/tasks/${task.id}`, change)).toMatchObject({ status: 200 })
  expect(await call('PATCH', `/tasks/${task.id}`, { ...change, headers: { 'if-match': '*' } })).toMatchObject({
    status: 200,
  })
  expect(await call('DELETE', `/tasks/${randomUUID()}`, { headers: { 'if-match': '*' } })).toMatchObject({
    status: 404,
  })
})

test('If-Match: a tag that a proxy has made weak is the same version', async ({ call }) => {
  const { id } = await newTask(call)
  const change = { body: { title: 'Other' }, headers: { 'if-match': 'W/"1"' } }
  expect(await call('PATCH', `/tasks/${id}`, change)).toMatchObject({ status: 200 })
  expect(await call('PATCH', `/tasks/${id}`, change)).toMatchObject({ status: 412 })
})

test('a change is not made by a condition that nobody looks at', async ({ call }) => {
  const { id } = await newTask(call)
  const refused = (header: string) => ({ status: 400, body: { issues: [{ path: header, code: 'UNKNOWN_FIELD' }] } })
  const stale = { headers: { 'if-match': '"0"' } }
  expect(await call('POST', `/tasks/${id}/restore`, stale)).toMatchObject(refused('If-Match'))
  expect(await call('DELETE', `/tasks?ids=${id}`, stale)).toMatchObject(refused('If-Match'))
  expect(await call('POST', '/tasks', { body: { title: 'A' }, ...stale })).toMatchObject(refused('If-Match'))
  const onlyNew = { body: { title: 'A' }, headers: { 'if-none-match': '*' } }
  expect(await call('PUT', `/tasks/${id}`, onlyNew)).toMatchObject(refused('If-None-Match'))
  expect(await call('GET', `/tasks/${id}`)).toMatchObject({ body: { version: 1 } })
})

test('a version in the body that is none is refused beside If-Match as without', async ({ call }) => {
  const { id } = await newTask(call)
  const headers = { 'if-match': '"1"' }
  for (const version of ['1', null, 1.5, -1, true, {}]) {
    const answer = await call('PATCH', `/tasks/${id}`, { body: { title: 'A', version }, headers })
    expect(answer).toMatchObject({ status: 400, body: { issues: [{ path: 'version' }] } })
  }
})

test('a stale version in the body is 409, and one that contradicts If-Match cannot hold', async ({ call }) => {
  const { id } = await newTask(call)
  const stale = await call('PATCH', `/tasks/${id}`, { body: { title: 'Other', version: 0 } })
  expect(stale).toMatchObject({ status: 409, body: { reason: 'VERSION_CONFLICT', current: { version: 1 } } })
  const both = { body: { title: 'Other', version: 2 }, headers: { 'if-match': '"1"' } }
  expect(await call('PATCH', `/tasks/${id}`, both)).toMatchObject({ status: 412 })
  const agreed = { body: { title: 'Other', version: 1 }, headers: { 'if-match': '"1"' } }
  expect(await call('PATCH', `/tasks/${id}`, agreed)).toMatchObject({ status: 200 })
})

describe('Idempotency-Key', () => {
  test.for([
    ['/tasks', { title: 'Write' }],
    ['/tags', { name: 'Home' }],
  ] as const)('on POST %s is the id, and a repeated call makes nothing new', async ([path, body], { call }) => {
    const key = randomUUID()
    const headers = { 'idempotency-key': key }
    const first = await call<Task | Tag>('POST', path, { body, headers })
    expect(first).toMatchObject({ status: 201, headers: { location: `/api${path}/${key}` }, body: { id: key } })
    const quoted = { 'idempotency-key': `"${key.toUpperCase()}"` }
    expect(await call('POST', path, { body, headers: quoted })).toMatchObject({ status: 201, body: first.body })
  })

  test('that is no UUID, or another id than the body says, is refused by name', async ({ call }) => {
    const make = (key: string, id?: string) =>
      call('POST', '/tasks', { body: { title: 'Write', id }, headers: { 'idempotency-key': key } })
    const refused = { status: 400, body: { issues: [{ path: 'Idempotency-Key' }] } }
    expect(await make('first')).toMatchObject(refused)
    expect(await make(randomUUID(), randomUUID())).toMatchObject(refused)
    for (const none of [null, 5, 'x']) {
      const headers = { 'idempotency-key': randomUUID() }
      const answer = await call('POST', '/tasks', { body: { title: 'Write', id: none }, headers })
      expect(answer).toMatchObject({ status: 400, body: { issues: [{ path: 'id' }] } })
    }
    const id = randomUUID()
    expect(await make(id, id.toUpperCase())).toMatchObject({ status: 201, body: { id } })
  })
})
