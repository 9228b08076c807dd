import { setTimeout as sleep } from 'node:timers/promises'
import type { Session, Task } from '@taskwire/contract'
import { freshDatabase } from '@taskwire/prisma/testing'
import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream'
import { describe, expect, vi } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { registeredRestCalls } from '../testing/rest-calls.ts'
import { testServer } from '../testing/test-server.ts'

const test = testWith({})

/** Milliseconds within which whoever may no longer listen is told so. */
const WITHIN = 5_000

/** Reads the stream as any language's library for server-sent events would. */
async function follow({ url }: { url: string }, token: string, { query = '', lastEventId = '' } = {}) {
  const controller = new AbortController()
  const response = await fetch(`${url}/api/changes/stream${query}`, {
    headers: { authorization: `Bearer ${token}`, ...(lastEventId && { 'last-event-id': lastEventId }) },
    signal: controller.signal,
  })
  const events: EventSourceMessage[] = []
  const body = response.ok ? response.body : null
  const stream = body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  const ended = (async () => {
    for await (const event of stream ?? []) events.push(event)
  })().catch(() => {})
  return { response, events, ended, [Symbol.dispose]: () => controller.abort() }
}

test('what has changed, and then each change, is an event with its version as id', async ({ server }) => {
  const { call, token } = await registeredRestCalls(server)
  const { body: task } = await call<Task>('POST', '/tasks', { body: { title: 'A' } })
  using stream = await follow(server, token, { query: '?since=0' })
  expect(stream.response.status).toBe(200)
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  await call('DELETE', `/tasks/${task.id}`)
  await call('POST', '/tags', { body: { name: 'Home' } })
  await vi.waitFor(() => expect(stream.events.length).toBeGreaterThanOrEqual(2), WITHIN)
  await vi.waitFor(() => expect(stream.events.at(-1)?.id).toBe('3'), WITHIN)
  for (const { event, id, data } of stream.events) {
    expect(JSON.parse(data)).toMatchObject({ type: event, version: Number(id) })
  }
  const told = stream.events.map(({ data }) => JSON.parse(data))
  expect(told.findLast(({ type }) => type === 'task')).toMatchObject({ id: task.id, deleted: true, task: null })
  expect(told.at(-1)).toMatchObject({ type: 'tag', tag: { name: 'Home', deletedAt: null } })
})

test('whoever connects again goes on after the last event', async ({ server }) => {
  const { call, token } = await registeredRestCalls(server)
  for (const title of ['A', 'B', 'C']) await call('POST', '/tasks', { body: { title } })
  using stream = await follow(server, token, { lastEventId: '2' })
  await vi.waitFor(() => expect(stream.events.map(({ id }) => id)).toEqual(['3']), WITHIN)
  using larger = await follow(server, token, { query: '?since=1', lastEventId: '2' })
  await vi.waitFor(() => expect(larger.events.map(({ id }) => id)).toEqual(['3']), WITHIN)
})

test('a version that the server has not reached is answered by a reset', async ({ server }) => {
  const { token } = await registeredRestCalls(server)
  using stream = await follow(server, token, { query: '?since=7' })
  await stream.ended
  expect(stream.events).toMatchObject([{ event: 'reset', data: '{"type":"reset","version":0}' }])
})

describe('a stream is refused before it begins', () => {
  test.for([
    ['without a token', '', {}, 401],
    ['from an event that is none', undefined, { lastEventId: '-1' }, 400],
    ['since a version that is none', undefined, { query: '?since=x' }, 400],
    ['with the last event in the query', undefined, { query: '?lastEventId=1' }, 400],
  ] as const)('%s', async ([, token, options, status], { server }) => {
    const user = await registeredRestCalls(server)
    using stream = await follow(server, token ?? user.token, options)
    expect(stream.response.status).toBe(status)
    expect(stream.response.headers.get('content-type')).toBe('application/problem+json')
  })
})

test('a stream that cannot be read at all is refused by its status', async () => {
  const db = await freshDatabase()
  await using server = await testServer(db)
  const { token } = await registeredRestCalls(server)
  await db.client.$executeRaw`ALTER TABLE tasks RENAME COLUMN title TO headline`
  using stream = await follow(server, token, { query: '?since=0' })
  expect(stream.response.status).toBe(500)
  expect(await stream.response.json()).toMatchObject({ reason: 'INTERNAL' })
  await db.close()
})

describe('a stream ends', () => {
  test('with its session, and says so', async ({ server }) => {
    const { call, token } = await registeredRestCalls(server)
    using stream = await follow(server, token)
    const { body } = await call<Session[]>('GET', '/sessions')
    await call('DELETE', `/sessions/${body[0]?.id}`)
    await Promise.race([stream.ended, sleep(2 * WITHIN)])
    expect(stream.events).toMatchObject([
      { event: 'problem', data: expect.stringContaining('"reason":"SESSION_REVOKED"') },
    ])
  })

  test('when the server stops', async ({ db }) => {
    const stopping = await testServer(db)
    const { token } = await registeredRestCalls(stopping)
    using stream = await follow(stopping, token)
    const closing = stopping.services.changes.close()
    await stream.ended
    await closing
    await stopping.close()
    expect(stream.events).toEqual([])
  })

  test('when nobody reads any more', async ({ server }) => {
    const { token } = await registeredRestCalls(server)
    const before = server.log.length
    const stream = await follow(server, token)
    stream[Symbol.dispose]()
    const aborted = () => server.log.slice(before).filter(({ msg }) => msg.includes('/api/changes/stream'))
    await vi.waitFor(() => expect(aborted().map(({ msg }) => msg)).toEqual(['GET /api/changes/stream aborted']), WITHIN)
  })
})
