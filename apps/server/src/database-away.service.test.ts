import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { type ChangeStream, openChangeStream, registeredCalls, type TrpcCalls } from '@taskwire/router/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Removable } from './testing/removable.ts'
import { tcpProxy } from './testing/tcp-proxy.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

let network: Removable
let server: TestServer
let user: TrpcCalls & { token: string }
let stack: AsyncDisposable[]
beforeEach(async () => {
  network = await tcpProxy(await freshServerUrl())
  const db = await openDatabase({ url: network.url, dataDir: '' })
  server = await testServer(db, { services: { changeBus: db.notifications } })
  user = await registeredCalls(server)
  stack = [network, db, server]
})
afterEach(async () => {
  for (const resource of stack.reverse()) await resource[Symbol.asyncDispose]()
})

function follow(since = 0): ChangeStream & { titles: string[] } {
  const titles: string[] = []
  const stream = openChangeStream({
    url: server.url,
    token: user.token,
    since,
    onChange: (change) => titles.push(change.type === 'task' ? (change.task?.title ?? '') : ''),
  })
  return { ...stream, titles }
}

const write = (title: string) => user.mutate<{ version: number }>('task.create', { json: { title } })
test('a stream on which nothing happens outlives the absence of the database', async () => {
  const { titles, cut } = follow()
  await write('Before')
  await expect.poll(() => titles).toEqual(['Before'])
  await network.takeAway()
  expect((await write('Meanwhile')).error).toMatchObject({ reason: 'UNAVAILABLE' })
  // Longer than a session check is remembered: that the database does not answer says nothing about the caller.
  await sleep(6_000)
  await network.giveBack()
  await expect.poll(async () => (await write('After')).error).toBeUndefined()
  await expect.poll(() => titles, { timeout: 6_000 }).toContain('After')
  cut()
}, 30_000)

test('a stream that cannot read waits for the database and goes on, and a new one is refused meanwhile', async () => {
  const { data: me } = await user.query<{ id: string }>('auth.me')
  const { titles, ended, cut } = follow()
  const { data: first } = await write('Before')
  await expect.poll(() => titles).toEqual(['Before'])
  await network.takeAway()
  server.services.changes.announce(me.id)
  expect(await follow(first.version).ended).toEqual({ by: 'server', reason: 'UNAVAILABLE' })
  expect(await Promise.race([ended, sleep(3_000, 'open')])).toBe('open')

  await network.giveBack()
  await expect.poll(async () => (await write('After')).error).toBeUndefined()
  await expect.poll(() => titles, { timeout: 6_000 }).toEqual(['Before', 'After'])
  expect(await Promise.race([ended, sleep(200, 'open')])).toBe('open')
  cut()
}, 30_000)

test('a stream is not cut by an answer for which the database takes too long', async () => {
  const { data: me } = await user.query<{ id: string }>('auth.me')
  const { titles, ended, cut } = follow()
  await write('Before')
  await expect.poll(() => titles).toEqual(['Before'])
  await using other = await openDatabase({ url: network.url, dataDir: '' })
  await other.client.$transaction(
    async (transaction) => {
      // As by a migration: those who wait for longer than 1.5 s are refused.
      await transaction.$executeRaw`LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE`
      server.services.changes.announce(me.id)
      await sleep(4_000)
    },
    { timeout: 10_000 },
  )
  await write('After')
  await expect.poll(() => titles, { timeout: 6_000 }).toEqual(['Before', 'After'])
  expect(await Promise.race([ended, sleep(200, 'open')])).toBe('open')
  cut()
}, 30_000)

test('a stream that waits for the database ends when the server does', async () => {
  const { data: me } = await user.query<{ id: string }>('auth.me')
  const { titles, ended } = follow()
  await write('Before')
  await expect.poll(() => titles).toEqual(['Before'])
  await network.takeAway()
  server.services.changes.announce(me.id)
  await sleep(1_000)
  await server.services.changes.close()
  expect(await ended).toEqual({ by: 'server', reason: null })
}, 30_000)

test('a reader who leaves while the database does not answer leaves nothing behind', async () => {
  const { data: me } = await user.query<{ id: string }>('auth.me')
  const { titles, cut } = follow()
  await write('Before')
  await expect.poll(() => titles).toEqual(['Before'])
  network.hold()
  server.services.changes.announce(me.id)
  await sleep(100)
  cut()
  await sleep(100)
  await network.takeAway()
  await sleep(500)
  await network.giveBack()
  network.goOn()
  await expect.poll(async () => (await write('After')).error, { timeout: 10_000 }).toBeUndefined()
  expect(server.log.filter(({ msg, reason }) => reason === 'INTERNAL' || msg.startsWith('A call failed'))).toEqual([])
}, 30_000)

test('a stream takes no harm from one connection that the server ends', async () => {
  const { titles, cut, ended } = follow()
  await write('Before')
  await expect.poll(() => titles).toEqual(['Before'])
  await using other = await openDatabase({ url: network.url, dataDir: '' })
  await other.client.$queryRaw`
    SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`
  // A write on a connection that has died fails, since nobody knows whether it took place.
  await expect.poll(async () => (await write('After')).error).toBeUndefined()
  // An announcement may be lost with the connection: the next sign of life tells it.
  await expect.poll(() => titles, { timeout: 7_000 }).toContain('After')
  expect(await Promise.race([ended, sleep(200, 'open')])).toBe('open')
  cut()
}, 30_000)
