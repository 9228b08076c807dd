import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenDatabase } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import {
  openChangeStream,
  type PlainChange,
  queryUrl,
  readAnswer,
  registeredCalls,
  trpcCalls,
} from '@taskwire/router/testing'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { expectReadersToFollow } from './testing/random-traffic.ts'
import { slowReader } from './testing/slow-reader.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

/** Milliseconds within which whoever may no longer listen is told so. */
const WITHIN = 5_000

let db: OpenDatabase
let server: TestServer
beforeAll(async () => {
  db = await testDatabase()
  server = await testServer(db)
})
afterAll(() => server.close())

const WRITES = inject('testServer') === undefined ? 150 : 500

test(`${WRITES} random writes of 5 users reach readers who come and go, whole`, async () => {
  await expectReadersToFollow({ users: 5, writes: WRITES, atOnce: 4, pickUrl: () => server.url })
}, 60_000)

test('a tag that is renamed, and one that is deleted, is told to every stream of the user and to no other', async () => {
  const [ada, eve] = [await registeredCalls(server), await registeredCalls(server)]
  const told: PlainChange[][] = [[], [], []]
  const streams = [ada, ada, eve].map(({ token }, index) =>
    openChangeStream({ url: server.url, token, since: 0, onChange: (change) => told[index]?.push(change) }),
  )
  await Promise.all(streams.map(({ connected }) => connected))
  const { data: tag } = await ada.mutate<{ id: string }>('tag.create', { json: { name: 'Home' } })
  const { data: task } = await ada.mutate<{ id: string }>('task.create', { json: { title: 'A', tagIds: [tag.id] } })
  await ada.mutate('tag.update', { json: { id: tag.id, name: 'House' } })
  await ada.mutate('tag.delete', { json: { id: tag.id } })
  await ada.mutate('task.delete', { json: { id: task.id } })
  await ada.mutate('task.restore', { json: { id: task.id } })
  for (const index of [0, 1]) {
    await expect.poll(() => told[index]?.at(-1)).toMatchObject({ id: task.id, version: 6, deleted: false })
    const last = (id: string) => told[index]?.findLast((change) => change.type !== 'reset' && change.id === id)
    expect(last(tag.id)).toMatchObject({ type: 'tag', deleted: true, tag: null })
    expect(last(task.id)).toMatchObject({ type: 'task', task: { id: task.id, tags: [] } })
  }
  expect(told[2]).toEqual([])
  for (const { cut } of streams) cut()
})

describe('a stream is refused', () => {
  test('to nobody in particular', async () => {
    const { ended } = openChangeStream({ url: server.url, token: '' })
    expect(await ended).toEqual({ by: 'server', reason: 'TOKEN_MISSING' })
  })

  test('within a batch, streamed or not', async () => {
    const { token } = await registeredCalls(server)
    for (const accept of [undefined, 'application/jsonl']) {
      const response = await fetch(`${server.url}/trpc/change.stream,auth.me?batch=1&input=%7B%7D`, {
        headers: { authorization: `Bearer ${token}`, ...(accept !== undefined && { 'trpc-accept': accept }) },
      })
      expect(await response.text()).toMatch(/"reason":"MALFORMED_REQUEST"/)
    }
  })

  test('by POST', async () => {
    const { token } = await registeredCalls(server)
    const response = await fetch(`${server.url}/trpc/change.stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
    expect(await response.text()).toMatch(/"reason":"METHOD_NOT_SUPPORTED"/)
  })

  test.each(['9999999999', '-1', '1.5', 'x'])('from the event %j', async (lastEventId) => {
    const { token } = await registeredCalls(server)
    const response = await fetch(queryUrl(server.url, 'change.stream', { json: {} }), {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': lastEventId },
      signal: AbortSignal.timeout(3_000),
    })
    expect(await response.text()).toMatch(/"reason":"VALIDATION_FAILED"/)
  })
})

describe('a stream ends', () => {
  test('with its access token', async () => {
    await using brief = await testServer(db, { services: { accessTokenTtlSeconds: 2 } })
    const { token } = await registeredCalls(brief)
    const { ended } = openChangeStream({ url: brief.url, token })
    expect(await ended).toEqual({ by: 'server', reason: 'TOKEN_EXPIRED' })
  })

  test('with its session', async () => {
    const { token, mutate, query } = await registeredCalls(server)
    const { connected, ended } = openChangeStream({ url: server.url, token })
    await connected
    const { data } = await query<{ id: string }[]>('session.list')
    await mutate('session.revoke', { json: { id: data[0]?.id } })
    expect(await Promise.race([ended, sleep(WITHIN)])).toEqual({ by: 'server', reason: 'SESSION_REVOKED' })
  })

  test('with its API token', async () => {
    const { mutate } = await registeredCalls(server)
    const { data } = await mutate<{ token: string; apiToken: { id: string } }>('apiToken.create', {
      json: { name: 'Tool', password: 'correct horse battery staple' },
    })
    const { connected, ended } = openChangeStream({ url: server.url, token: data.token })
    await connected
    await mutate('apiToken.revoke', { json: { id: data.apiToken.id } })
    expect(await Promise.race([ended, sleep(WITHIN)])).toEqual({ by: 'server', reason: 'TOKEN_INVALID' })
  })

  test('with its account', async () => {
    const { token, mutate } = await registeredCalls(server)
    const { connected, ended } = openChangeStream({ url: server.url, token })
    await connected
    await mutate('auth.deleteAccount', { json: { password: 'correct horse battery staple' } })
    expect(await Promise.race([ended, sleep(WITHIN)])).toEqual({ by: 'server', reason: 'SESSION_REVOKED' })
  })

  test('with the server, which says that it is over', async () => {
    await using stopping = await testServer(db)
    const { token } = await registeredCalls(stopping)
    const { connected, ended } = openChangeStream({ url: stopping.url, token, since: 0 })
    await connected
    await stopping.services.changes.close()
    expect(await ended).toEqual({ by: 'server', reason: null })
    const late = openChangeStream({ url: stopping.url, token, since: 0 })
    expect(await late.ended).toEqual({ by: 'server', reason: null })
  })
})

describe('with the limits of production', () => {
  let strict: TestServer
  beforeAll(async () => {
    strict = await testServer(db, { services: { limitStore: { redis: null, multiplier: 1 } } })
  })
  afterAll(() => strict.close())

  /** A reader of a stream, who is asked what it was told and how it ended. */
  function listen(token: string) {
    const told: PlainChange[] = []
    const stream = openChangeStream({ url: strict.url, token, since: 0, onChange: (change) => told.push(change) })
    return { ...stream, told, state: () => Promise.race([stream.ended, sleep(100, 'open')]) }
  }

  test.each([3, 10])('%i clients that vanished do not keep their user from listening', async (vanished) => {
    const { token, mutate } = await registeredCalls(strict)
    const gone = Array.from({ length: vanished }, () => slowReader({ url: strict.url, token, bytesPerSecond: 0 }))
    await sleep(300)
    const reader = listen(token)
    await reader.connected
    await mutate('task.create', { json: { title: 'A' } })
    await expect.poll(() => reader.told.map(({ version }) => version)).toEqual([1])
    expect(await reader.state()).toBe('open')
    reader.cut()
    for (const { close } of gone) await close()
  })

  test('the eleventh stream takes the place of the oldest, which is told when to try again', async () => {
    const { token, mutate } = await registeredCalls(strict)
    const readers = []
    for (let count = 0; count < 11; count += 1) {
      const reader = listen(token)
      await reader.connected
      readers.push(reader)
    }
    const [oldest, ...others] = readers
    expect(await oldest?.ended).toEqual({ by: 'server', reason: 'RATE_LIMITED' })
    await mutate('task.create', { json: { title: 'A' } })
    for (const { told, state } of others) {
      await expect.poll(() => told.length).toBe(1)
      expect(await state()).toBe('open')
    }
    for (const { cut } of others) cut()
  })

  test('a place is free again once a stream has gone', async () => {
    const { token } = await registeredCalls(strict)
    const oldest = listen(token)
    await oldest.connected
    for (let count = 0; count < 20; count += 1) {
      const reader = listen(token)
      await reader.connected
      reader.cut()
      await reader.ended
      await sleep(20)
    }
    expect(await oldest.state()).toBe('open')
    oldest.cut()
  })
})

test('without a stream, changes are had by asking', async () => {
  const { token, mutate } = await registeredCalls(server)
  await mutate('task.create', { json: { title: 'A' } })
  const response = await fetch(queryUrl(server.url, 'change.list', { json: { since: 0 } }), {
    headers: { authorization: `Bearer ${token}` },
  })
  expect((await readAnswer<{ version: number }>(response)).data.version).toBe(1)
  expect((await trpcCalls({ url: server.url }).query('change.list')).error).toMatchObject({ reason: 'TOKEN_MISSING' })
})
