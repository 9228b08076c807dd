import { expect, vi } from 'vitest'
import { createTokenClient } from '../client.ts'
import { isTaskwireError } from '../error.ts'
import { eventually, quickTiming } from '../testing/client-test.ts'
import { test as followingTest } from '../testing/following-test.ts'
import { recorder } from '../testing/recorder.ts'
import { streamsToCut } from '../testing/streams-to-cut.ts'

// What a subscriber is told of the failures after which the client goes on.
const test = followingTest
  .extend('network', ({ browser }) => streamsToCut(browser.fetch))
  .extend('phone', ({ server, newcomer, network, timing }) =>
    createTokenClient({ url: server.url, token: newcomer.accessToken, fetch: network.fetch }, timing),
  )

const eventStream = { headers: { 'content-type': 'text/event-stream' } }
const html = { headers: { 'content-type': 'text/html' } }

test.for<[what: string, reason: string, answer: () => Promise<Response> | Response]>([
  ['that the network breaks off', 'NETWORK', () => Promise.reject(new TypeError('fetch failed'))],
  ['in place of which a gateway answers', 'NETWORK', () => new Response('Bad gateway', { status: 502, ...html })],
  ['in place of which a page comes', 'BAD_ANSWER', () => new Response('<h1>Welcome</h1>', html)],
  ['that a proxy forbids', 'BAD_ANSWER', () => new Response('<h1>Forbidden</h1>', { status: 403, ...html })],
  ['that nobody can read', 'BAD_ANSWER', () => new Response('data: {"json"\n\n', eventStream)],
  ['that never ends an event', 'BAD_ANSWER', () => new Response(`data: ${'x'.repeat(2_000_000)}`, eventStream)],
])('a stream %s is told as a call would be: %s', async ([_what, reason, answer], { browser, phone, follow }) => {
  browser.disturb = (procedures) => (procedures.includes('change.stream') ? answer() : undefined)
  const { errors } = follow(phone, recorder(0))
  await eventually(() => expect(errors.length).toBeGreaterThan(0))
  expect(errors[0]).toMatchObject({ name: 'TaskwireError', path: 'change.stream', reason })
  expect(isTaskwireError(errors[0])).toBe(true)
})

test('a stream that breaks off while it is open is told as NETWORK', async ({ network, phone, follow }) => {
  const { statuses, errors } = follow(phone, recorder(0))
  await eventually(() => expect(statuses.at(-1)).toBe('live'))
  network.cut(new TypeError('terminated'))
  await eventually(() => expect(errors).toHaveLength(1))
  expect(errors[0]).toMatchObject({ path: 'change.stream', reason: 'NETWORK', cause: { message: 'terminated' } })
})

test('what is not answered in time is told as TIMED_OUT', async ({ server, newcomer, follow }) => {
  const fetch = vi.fn<typeof globalThis.fetch>(() => new Promise(() => {}))
  const silent = { ...quickTiming, pageTimeout: 50, streamSilence: 50 }
  const phone = createTokenClient({ url: server.url, token: newcomer.accessToken, fetch }, silent)
  const { errors } = follow(phone, recorder(0))
  await eventually(() =>
    expect(errors).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: 'change.list', reason: 'TIMED_OUT' })]),
    ),
  )
})

test('what the application itself throws is told as it is', async ({ server, newcomer, follow }) => {
  const mistake = new Error('No headers today')
  const headers = () => {
    throw mistake
  }
  const phone = createTokenClient({ url: server.url, token: newcomer.accessToken, headers }, quickTiming)
  const { errors } = follow(phone, recorder(0))
  await eventually(() => expect(errors.length).toBeGreaterThan(1))
  expect(errors.every((error) => error === mistake)).toBe(true)
})
