import { type TestUser, testUser } from '@taskwire/router/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTaskwireClient, type TaskwireTokenClient } from './client.ts'
import { isTaskwireError } from './error.ts'
import { newId } from './new-id.ts'
import { refusal, type TestBrowser, testBrowser } from './testing/browser.ts'
import { lossyProxy } from './testing/lossy-proxy.ts'
import { serveRouter, type TestServer } from './testing/serve-router.ts'

let server: TestServer
let ada: TestUser
let browser: TestBrowser
let client: TaskwireTokenClient

beforeAll(async () => {
  server = await serveRouter()
  ada = await testUser(server.services)
})
beforeEach(() => {
  // No jitter.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  browser = testBrowser()
  client = createTaskwireClient({ url: server.url, token: ada.accessToken, fetch: browser.fetch })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})
afterAll(() => server.close())

const networkFailure = () => Promise.reject(new TypeError('fetch failed'))
const unavailable = () => refusal('UNAVAILABLE', { httpStatus: 503, retryAfter: 2 })

describe('what fails for a moment', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })

  test.each([
    ['a query', () => client.auth.me.query()],
    ['a task with an id', () => client.task.create.mutate({ id: newId(), title: 'Write' })],
    ['a tag with an id', () => client.tag.create.mutate({ id: newId(), name: newId() })],
  ])('is repeated: %s', async (_what, call) => {
    failTimes(2, networkFailure)
    const answer = call()
    await vi.advanceTimersByTimeAsync(300)
    await vi.waitFor(() => expect(browser.seen).toHaveLength(2))
    await vi.advanceTimersByTimeAsync(1_200)
    expect(await answer).toMatchObject({ id: expect.any(String) })
    expect(browser.seen).toHaveLength(3)
  })

  test.each([
    ['a task without an id', () => client.task.create.mutate({ title: 'Write' })],
    ['an update', () => client.task.update.mutate({ id: newId(), title: 'Write' })],
    ['a password', () => client.auth.changePassword.mutate({ currentPassword: 'a', newPassword: 'b' })],
  ])('is not repeated where twice may not be once: %s', async (_what, call) => {
    failTimes(1, networkFailure)
    const failure = call().catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect(isTaskwireError(await failure)).toBe(false)
    expect((await failure).cause).toBeInstanceOf(TypeError)
    expect(browser.seen).toHaveLength(1)
  })

  test('is tried three times', async () => {
    failTimes(3, networkFailure)
    const failure = client.auth.me.query().catch((error) => error)
    await vi.advanceTimersByTimeAsync(2_000)
    expect((await failure).message).toBe('fetch failed')
    expect(browser.seen).toHaveLength(3)
  })

  test('waits as long as the server says', async () => {
    failTimes(1, unavailable)
    const answer = client.auth.me.query()
    await vi.advanceTimersByTimeAsync(1_950)
    expect(browser.seen).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(100)
    expect(await answer).toEqual(ada.user)
  })

  test('a create with an id that the database could not do now is repeated', async () => {
    failTimes(1, unavailable)
    const id = newId()
    const answer = client.task.create.mutate({ id, title: 'Write' })
    await vi.advanceTimersByTimeAsync(2_050)
    expect(await answer).toMatchObject({ id })
    expect(browser.seen).toHaveLength(2)
  })

  test('an update that the database could not do now is handed over', async () => {
    failTimes(1, unavailable)
    const failure = client.task.update.mutate({ id: newId(), title: 'Write' }).catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect((await failure).data.reason).toBe('UNAVAILABLE')
    expect(browser.seen).toHaveLength(1)
  })

  test('is handed over where the server says too long', async () => {
    failTimes(1, () => refusal('UNAVAILABLE', { httpStatus: 503, retryAfter: 60 }))
    const failure = client.auth.me.query().catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect((await failure).data.reason).toBe('UNAVAILABLE')
  })

  test('ends at once by an abort', async () => {
    failTimes(1, networkFailure)
    const controller = new AbortController()
    const failure = client.auth.me.query(undefined, { signal: controller.signal }).catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect(browser.seen).toHaveLength(1)
    controller.abort()
    expect((await failure).cause).toMatchObject({ name: 'AbortError' })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(browser.seen).toHaveLength(1)
  })
})

test.each([
  ['RATE_LIMITED', { httpStatus: 429, retryAfter: 0.01 }],
  ['INTERNAL', { httpStatus: 500 }],
  ['TIMEOUT', { httpStatus: 504 }],
  ['NOT_FOUND', { httpStatus: 404 }],
])('%s is the answer, and nothing is repeated', async (reason, details) => {
  failTimes(1, () => refusal(reason, details))
  const failure = await client.auth.me.query().catch((error) => error)
  expect(isTaskwireError(failure) && failure.data.reason).toBe(reason)
  expect(browser.seen).toHaveLength(1)
})

test('creates whose answers are lost leave one row each', async () => {
  await using proxy = await lossyProxy(server.url)
  const throughProxy = createTaskwireClient({ url: proxy.url, token: ada.accessToken })
  const before = await count()
  const ids = Array.from({ length: 20 }, newId)

  // Two batches of ten, twice.
  proxy.losses = 4
  const tasks = await Promise.all(ids.map((id) => throughProxy.task.create.mutate({ id, title: 'Write' })))
  expect(tasks.map(({ id }) => id)).toEqual(ids)
  proxy.losses = 2
  const tag = await throughProxy.tag.create.mutate({ id: newId(), name: 'Once' })

  expect(proxy.losses).toBe(0)
  expect(await count()).toEqual({ tasks: before.tasks + 20, tags: before.tags + 1 })
  expect((await client.tag.list.query()).find(({ name }) => name === 'Once')?.id).toBe(tag.id)
})

function failTimes(times: number, failure: () => Response | Promise<never>): void {
  let left = times
  browser.disturb = () => {
    left -= 1
    return left >= 0 ? failure() : undefined
  }
}

async function count(): Promise<{ tasks: number; tags: number }> {
  const { task, tag } = server.services.db
  const where = { userId: ada.user.id }
  return { tasks: await task.count({ where }), tags: await tag.count({ where }) }
}
