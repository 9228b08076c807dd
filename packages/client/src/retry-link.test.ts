import { describe, expect, vi } from 'vitest'
import { createTokenClient, type TaskwireTokenClient } from './client.ts'
import { isTaskwireError } from './error.ts'
import { newId } from './new-id.ts'
import { refusal, type TestBrowser } from './testing/browser.ts'
import { eventually, quickTiming, test } from './testing/client-test.ts'
import { lossyProxy } from './testing/lossy-proxy.ts'
import { defaultTiming } from './timing.ts'

test.beforeEach(() => {
  // No random part of a wait.
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
test.afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** With the waits that a user has. */
const patientTest = test.extend('timing', defaultTiming)

type Call = [what: string, call: (tool: TaskwireTokenClient) => Promise<unknown>]

const networkFailure = () => Promise.reject(new TypeError('fetch failed'))
const unavailable = () => refusal('UNAVAILABLE', { httpStatus: 503, retryAfter: 2 })

describe('what fails for a moment', () => {
  // The server starts while time still passes.
  patientTest.beforeEach(({ tool: _tool }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })

  patientTest.for<Call>([
    ['a query', (tool) => tool.auth.me.query()],
    ['a task with an id', (tool) => tool.task.create.mutate({ id: newId(), title: 'Write' })],
    ['a tag with an id', (tool) => tool.tag.create.mutate({ id: newId(), name: newId() })],
  ])('is repeated: %s', async ([_what, call], { browser, tool }) => {
    failTimes(browser, 2, networkFailure)
    const answer = call(tool)
    await vi.advanceTimersByTimeAsync(300)
    await eventually(() => expect(browser.seen).toHaveLength(2))
    await vi.advanceTimersByTimeAsync(1_200)
    expect(await answer).toMatchObject({ id: expect.any(String) })
    expect(browser.seen).toHaveLength(3)
  })

  patientTest.for<Call>([
    ['a task without an id', (tool) => tool.task.create.mutate({ title: 'Write' })],
    ['an update', (tool) => tool.task.update.mutate({ id: newId(), title: 'Write' })],
    ['a password', (tool) => tool.auth.changePassword.mutate({ currentPassword: 'a', newPassword: 'b' })],
  ])('is not repeated where twice may not be once: %s', async ([_what, call], { browser, tool }) => {
    failTimes(browser, 1, networkFailure)
    const failure = call(tool).catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect(await failure).toMatchObject({ reason: 'NETWORK', cause: expect.any(TypeError) })
    expect(browser.seen).toHaveLength(1)
  })

  patientTest('is tried three times', async ({ browser, tool }) => {
    failTimes(browser, 3, networkFailure)
    const failure = tool.auth.me.query().catch((error) => error)
    await vi.advanceTimersByTimeAsync(2_000)
    expect((await failure).message).toMatch(/^auth.me: No answer from .*: fetch failed$/)
    expect(browser.seen).toHaveLength(3)
  })

  patientTest('waits as long as the server says', async ({ ada, browser, tool }) => {
    failTimes(browser, 1, unavailable)
    const answer = tool.auth.me.query()
    await vi.advanceTimersByTimeAsync(1_950)
    expect(browser.seen).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(100)
    expect(await answer).toEqual(ada.user)
  })

  patientTest('a create with an id that the database could not do now is repeated', async ({ browser, tool }) => {
    failTimes(browser, 1, unavailable)
    const id = newId()
    const answer = tool.task.create.mutate({ id, title: 'Write' })
    await vi.advanceTimersByTimeAsync(2_050)
    expect(await answer).toMatchObject({ id })
    expect(browser.seen).toHaveLength(2)
  })

  patientTest('an update that the database could not do now is handed over', async ({ browser, tool }) => {
    failTimes(browser, 1, unavailable)
    const failure = tool.task.update.mutate({ id: newId(), title: 'Write' }).catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect((await failure).data.reason).toBe('UNAVAILABLE')
    expect(browser.seen).toHaveLength(1)
  })

  patientTest('is handed over where the server says too long', async ({ browser, tool }) => {
    failTimes(browser, 1, () => refusal('UNAVAILABLE', { httpStatus: 503, retryAfter: 60 }))
    const failure = tool.auth.me.query().catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect((await failure).data.reason).toBe('UNAVAILABLE')
  })

  patientTest('ends at once by an abort', async ({ browser, tool }) => {
    failTimes(browser, 1, networkFailure)
    const controller = new AbortController()
    const failure = tool.auth.me.query(undefined, { signal: controller.signal }).catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect(browser.seen).toHaveLength(1)
    controller.abort()
    expect(await failure).toBe(controller.signal.reason)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(browser.seen).toHaveLength(1)
  })
})

test.for<[reason: string, details: Parameters<typeof refusal>[1]]>([
  ['RATE_LIMITED', { httpStatus: 429, retryAfter: 0.01 }],
  ['INTERNAL', { httpStatus: 500 }],
  ['TIMEOUT', { httpStatus: 504 }],
  ['NOT_FOUND', { httpStatus: 404 }],
])('%s is the answer, and nothing is repeated', async ([reason, details], { browser, tool }) => {
  failTimes(browser, 1, () => refusal(reason, details))
  const failure = await tool.auth.me.query().catch((error) => error)
  expect(isTaskwireError(failure) && failure.data.reason).toBe(reason)
  expect(browser.seen).toHaveLength(1)
})

test('creates whose answers are lost leave one row each', async ({ server, ada, tool }) => {
  await using proxy = await lossyProxy(server.url)
  const throughProxy = createTokenClient({ url: proxy.url, token: ada.accessToken }, quickTiming)
  const { task, tag } = server.services.db
  const where = { userId: ada.user.id }
  const count = async () => ({ tasks: await task.count({ where }), tags: await tag.count({ where }) })
  const before = await count()
  const ids = Array.from({ length: 20 }, newId)

  // Two batches of ten, twice.
  proxy.losses = 4
  const tasks = await Promise.all(ids.map((id) => throughProxy.task.create.mutate({ id, title: 'Write' })))
  expect(tasks.map(({ id }) => id)).toEqual(ids)
  proxy.losses = 2
  const once = await throughProxy.tag.create.mutate({ id: newId(), name: 'Once' })

  expect(proxy.losses).toBe(0)
  expect(await count()).toEqual({ tasks: before.tasks + 20, tags: before.tags + 1 })
  expect((await tool.tag.list.query()).find(({ name }) => name === 'Once')?.id).toBe(once.id)
})

function failTimes(browser: TestBrowser, times: number, failure: () => Response | Promise<never>): void {
  let left = times
  browser.disturb = () => {
    left -= 1
    return left >= 0 ? failure() : undefined
  }
}
