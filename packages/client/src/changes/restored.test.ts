import { rewind } from '@taskwire/router/testing'
import { expect } from 'vitest'
import { createTokenClient } from '../client.ts'
import { eventually, quickTiming } from '../testing/client-test.ts'
import { test as followingTest, write } from '../testing/following-test.ts'
import { range, recorder } from '../testing/recorder.ts'
import { streamsToCut } from '../testing/streams-to-cut.ts'

// A server whose data is from a backup is at a lower version than its clients.
const test = followingTest
  .extend('timing', { ...quickTiming, patience: 100 })
  .extend('network', ({ browser }) => streamsToCut(browser.fetch))
  .extend('phone', ({ server, newcomer, network, timing }) =>
    createTokenClient({ url: server.url, token: newcomer.accessToken, fetch: network.fetch }, timing),
  )

test('while it only asks, a client is told to read everything again, and then every change', async ({
  newcomer,
  browser,
  phone,
  follow,
}) => {
  browser.disturb = (procedures) => (procedures.includes('change.stream') ? noStream() : undefined)
  const told = follow(phone, recorder(0))
  await write(newcomer, 10)
  await eventually(() => expect(told.versions.at(-1)).toBe(10))
  await eventually(() => expect(phone.$changes.status).toBe('polling'))
  await rewind(newcomer, 5)
  await eventually(() => expect(told.resets).toEqual([5]))
  await write(newcomer, 3)
  await eventually(() => expect(told.versions.slice(-3)).toEqual([6, 7, 8]))
  expect(told.resets).toEqual([5])
})

test('after an outage in which a question is answered before a stream is open, too', async ({
  newcomer,
  browser,
  network,
  phone,
  follow,
}) => {
  const told = follow(phone, recorder(0))
  await write(newcomer, 10)
  await eventually(() => expect(told.versions).toEqual(range(1, 10)))
  await eventually(() => expect(phone.$changes.status).toBe('live'))
  browser.disturb = () => Promise.reject(new TypeError('fetch failed'))
  network.cut(new TypeError('terminated'))
  await eventually(() => expect(phone.$changes.status).toBe('offline'))
  await rewind(newcomer, 5)
  browser.disturb = (procedures) => (procedures.includes('change.stream') ? noStream() : undefined)
  await eventually(() => expect(phone.$changes.status).toBe('polling'))
  browser.disturb = () => undefined
  await eventually(() => expect(phone.$changes.status).toBe('live'))
  await write(newcomer, 3)
  await eventually(() => expect([told.resets, told.versions.slice(10)]).toEqual([[5], [6, 7, 8]]))
})

function noStream(): Response {
  return new Response('', { status: 404 })
}
