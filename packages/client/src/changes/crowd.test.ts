import { type TestUser, testUser } from '@taskwire/router/testing'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createTaskwireClient } from '../client.ts'
import { refusal, testBrowser } from '../testing/browser.ts'
import { range, recorder } from '../testing/recorder.ts'
import { serveRouter, type TestServer } from '../testing/serve-router.ts'

/** Milliseconds: two rounds of a client that asks, and much less than the minute after which it tries a stream again. */
const DURATION = 12_000
const PATIENCE = 15_000

let server: TestServer
let ada: TestUser
beforeAll(async () => {
  server = await serveRouter({ limitStore: { redis: null, multiplier: 1 } })
})
beforeEach(async () => {
  ada = await testUser(server.services)
})
afterAll(() => server.close())

test('of eleven clients on one account none is silent, and none takes the place of another again and again', async () => {
  const crowd = []
  for (let count = 0; count < 11; count += 1) {
    const client = device()
    // One after the other, so that the first has to go.
    await vi.waitFor(() => expect(client.browser.count('change.stream')).toBe(1), { timeout: PATIENCE })
    crowd.push(client)
  }
  let written = 0
  for (const end = Date.now() + DURATION; Date.now() < end; written += 1) {
    await ada.client.task.create.mutate({ title: `Task ${written}` })
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  for (const { told } of crowd) {
    await vi.waitFor(() => expect(told.versions).toEqual(range(1, written)), { timeout: PATIENCE })
    expect(told.resets).toEqual([])
  }
  expect(crowd.map(({ browser }) => browser.count('change.stream'))).toEqual(Array(11).fill(1))
  for (const { stop } of crowd) stop()
})

test('a client that gets no stream asks for what has changed, and tries again when it may', async () => {
  const seconds = 8
  const client = device()
  client.browser.disturb = (procedures) =>
    procedures.includes('change.stream') && client.browser.count('change.stream') === 1
      ? refusal('RATE_LIMITED', { httpStatus: 429, retryAfter: seconds })
      : undefined
  await vi.waitFor(() => expect(client.browser.count('change.stream')).toBe(1), { timeout: PATIENCE })
  await ada.client.task.create.mutate({ title: 'A' })
  await vi.waitFor(() => expect(client.told.versions).toEqual([1]), { timeout: PATIENCE })
  await vi.waitFor(() => expect(client.browser.count('change.stream')).toBe(2), { timeout: PATIENCE })
  await ada.client.task.create.mutate({ title: 'B' })
  await vi.waitFor(() => expect(client.told.versions).toEqual([1, 2]), { timeout: PATIENCE })
  client.stop()
})

/** One more of the user's, that follows the changes. */
function device() {
  const browser = testBrowser()
  const client = createTaskwireClient({ url: server.url, token: ada.accessToken, fetch: browser.fetch })
  const told = recorder(0)
  return { browser, told, stop: client.$changes.subscribe(told) }
}
