import { randomUUID } from 'node:crypto'
import { testDatabase } from '@taskwire/prisma/testing'
import { queryUrl, registeredCalls, type TrpcCalls, trpcCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from './testing/test-server.ts'

interface Row {
  id: string
  version: number
}

const PASSWORD = 'correct horse battery staple'

let server: TestServer
let ada: TrpcCalls & { token: string; email: string }
beforeAll(async () => {
  server = await testServer(await testDatabase())
  ada = await registeredCalls(server)
})
afterAll(() => server.close())

test('whoever registers is signed in, and can sign in again', async () => {
  const email = `${randomUUID()}@example.com`
  const registered = await trpcCalls(server).mutate('auth.register', { json: { email, password: PASSWORD } })
  expect(registered.status).toBe(200)
  expect(registered.data).toEqual({
    user: { id: expect.any(String), email, createdAt: expect.any(String), updatedAt: expect.any(String) },
    accessToken: expect.any(String),
    accessTokenExpiresAt: expect.any(String),
  })
  expect(JSON.parse(registered.text).result.data.meta.values).toEqual({
    'user.createdAt': ['Date'],
    'user.updatedAt': ['Date'],
    accessTokenExpiresAt: ['Date'],
  })

  const login = await trpcCalls(server).mutate<{ accessToken: string }>('auth.login', {
    json: { email, password: PASSWORD },
  })
  const me = await trpcCalls({ url: server.url, token: login.data.accessToken }).query('auth.me')
  expect(me).toMatchObject({ status: 200, data: { email } })
})

test('a task lives from create to delete', async () => {
  const created = await ada.mutate<Row>('task.create', {
    json: { title: 'Water the plants', dueAt: '2026-12-24T18:00:00.000Z' },
    meta: { values: { dueAt: ['Date'] } },
  })
  expect(created).toMatchObject({
    status: 200,
    data: { title: 'Water the plants', completed: false, dueAt: '2026-12-24T18:00:00.000Z', tags: [] },
  })
  const { id } = created.data

  const listed = await ada.query<{ items: Row[] }>('task.list', { json: { limit: 10, search: 'plants' } })
  expect(listed.data.items).toEqual([created.data])

  const updated = await ada.mutate('task.update', {
    json: { id, version: created.data.version, title: 'Water the roses', dueAt: null },
  })
  expect(updated.data).toMatchObject({ id, title: 'Water the roses', dueAt: null })

  const completed = await ada.mutate('task.setCompleted', { json: { id, completed: true } })
  expect(completed.data).toMatchObject({ id, completed: true, completedAt: expect.any(String) })

  expect(await ada.mutate('task.delete', { json: { id } })).toMatchObject({
    status: 200,
    data: { version: expect.any(Number) },
  })
  expect(await ada.query('task.get', { json: { id } })).toMatchObject({ status: 404, error: { reason: 'NOT_FOUND' } })
})

test('a tag is put on a task, renamed and taken away', async () => {
  const tag = await ada.mutate<Row>('tag.create', { json: { name: 'Garden', color: '#1E90FF' } })
  expect(tag.data).toMatchObject({ name: 'Garden', color: '#1e90ff' })
  const { id } = tag.data

  const task = await ada.mutate<Row>('task.create', { json: { title: 'Mow the lawn', tagIds: [id] } })
  expect(task.data).toMatchObject({ tags: [{ id, name: 'Garden', color: '#1e90ff' }] })
  expect((await ada.query('tag.list')).data).toMatchObject([{ id, taskCount: 1 }])
  expect((await ada.query('task.list', { json: { tagIds: [id] } })).data).toMatchObject({ items: [task.data] })

  expect((await ada.mutate('tag.update', { json: { id, name: 'Outside' } })).data).toMatchObject({ name: 'Outside' })
  expect((await ada.mutate('tag.delete', { json: { id } })).status).toBe(200)
  expect((await ada.query('task.get', { json: { id: task.data.id } })).data).toMatchObject({ tags: [] })
})

describe('a batch', () => {
  const headers = () => ({ authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' })

  test('of queries is one GET, with an answer for each', async () => {
    const response = await fetch(
      `${server.url}/trpc/auth.me,task.get,tag.list?batch=1&input=${encodeURIComponent(
        JSON.stringify({ 1: { json: { id: randomUUID() } } }),
      )}`,
      { headers: headers() },
    )
    expect(response.status).toBe(207)
    expect(await response.json()).toMatchObject([
      { result: { data: { json: { email: ada.email } } } },
      { error: { json: { data: { reason: 'NOT_FOUND', httpStatus: 404 } } } },
      { result: { data: { json: expect.any(Array) } } },
    ])
  })

  test('of mutations is one POST', async () => {
    const response = await fetch(`${server.url}/trpc/task.create,tag.create?batch=1`, {
      method: 'POST',
      headers: headers(),
      body: JSON.stringify({ 0: { json: { title: 'One' } }, 1: { json: { name: 'Two' } } }),
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject([
      { result: { data: { json: { title: 'One' } } } },
      { result: { data: { json: { name: 'Two' } } } },
    ])
  })

  test('may be streamed: each answer as soon as it is there', async () => {
    const response = await fetch(`${server.url}/trpc/auth.me,tag.list?batch=1`, {
      headers: { ...headers(), 'trpc-accept': 'application/jsonl' },
    })
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text).toContain(ada.email)
    expect(text).not.toContain('INTERNAL')
  })
})

test('no answer is kept by a cache on the way', async () => {
  const { headers } = await fetch(queryUrl(server.url, 'task.list'))
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-powered-by')).toBeNull()
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})
