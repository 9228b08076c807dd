import { once } from 'node:events'
import { createServer } from 'node:net'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Notifications, openNotifications } from './notifications.ts'
import { freshServerUrl } from './testing/index.ts'

let url: string
let admin: pg.Client
let notifications: Notifications
beforeEach(async () => {
  url = await freshServerUrl({ migrated: false })
  admin = new pg.Client(url)
  await admin.connect()
  notifications = openNotifications(url)
})
afterEach(async () => {
  await notifications.close()
  await admin.end()
})

/** Subscribes, and remembers what happens. */
function listen(): string[] {
  const events: string[] = []
  notifications.subscribe(
    (payload) => events.push(payload),
    () => events.push('gap'),
  )
  return events
}

async function listeners(): Promise<number[]> {
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'taskwire changes'`,
  )
  return rows.map(({ pid }) => pid)
}

async function terminate(): Promise<void> {
  for (const pid of await listeners()) await admin.query('SELECT pg_terminate_backend($1)', [pid])
}

test('nothing is connected before somebody subscribes, and nothing after closing', async () => {
  expect(await listeners()).toEqual([])
  await expect(notifications.publish('lost')).rejects.toThrow('There is no connection')
  const events = listen()
  await expect.poll(() => events).toEqual(['gap'])
  expect(await listeners()).toHaveLength(1)
  await notifications.close()
  await expect.poll(listeners).toEqual([])
})

test('what is published arrives, many at once too', async () => {
  const events = listen()
  await expect.poll(() => events).toEqual(['gap'])
  const payloads = Array.from({ length: 50 }, (_, index) => `payload ${index}`)
  await Promise.all(payloads.map((payload) => notifications.publish(payload)))
  await expect.poll(() => events.slice(1)).toEqual(payloads)
})

test('a connection that is lost is made again, each time with word of the gap', async () => {
  const events = listen()
  for (let count = 1; count <= 3; count += 1) {
    await expect.poll(() => events, { timeout: 2_000 }).toEqual(Array(count).fill('gap'))
    await terminate()
  }
  await expect.poll(() => events, { timeout: 2_000 }).toHaveLength(4)
  await notifications.publish('found')
  await expect.poll(() => events.at(-1)).toBe('found')
  expect(await listeners()).toHaveLength(1)
})

test('closing while the connection is lost ends the tries', async () => {
  const events = listen()
  await expect.poll(() => events).toEqual(['gap'])
  await terminate()
  await notifications.close()
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await listeners()).toEqual([])
  expect(events).toEqual(['gap'])
})

test('closing does not wait for a server that does not answer', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : 0
  const connected = once(silent, 'connection')
  const hopeless = openNotifications(`postgresql://postgres@127.0.0.1:${port}/x`)
  hopeless.subscribe(
    () => {},
    () => {},
  )
  const [socket] = await connected
  await hopeless.close()
  socket.destroy()
  silent.close()
})
