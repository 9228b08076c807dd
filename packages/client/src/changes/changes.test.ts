import { type TestUser, testUser } from '@taskwire/router/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTaskwireClient, type TaskwireClient } from '../client.ts'
import { isTaskwireError } from '../error.ts'
import { refusal, type TestBrowser, testBrowser } from '../testing/browser.ts'
import { type Recorder, range, recorder } from '../testing/recorder.ts'
import { serveRouter, type TestServer } from '../testing/serve-router.ts'

let server: TestServer
let ada: TestUser
let bob: TestUser
let browser: TestBrowser
let client: TaskwireClient
let stops: (() => void)[]

beforeAll(async () => {
  server = await serveRouter()
})
beforeEach(async () => {
  ada = await testUser(server.services)
  bob = await testUser(server.services)
  browser = testBrowser()
  client = createTaskwireClient({ url: server.url, fetch: browser.fetch })
  stops = []
})
afterEach(() => {
  for (const stop of stops) stop()
})
afterAll(() => server.close())

describe('a client with a session', () => {
  beforeEach(() => client.$session.signIn(credentials(ada)))

  test('is told each change as it happens, with real dates', async () => {
    const told = follow()
    await streamIsOpen()
    const dueAt = new Date('2027-01-01')
    const task = await ada.client.task.create.mutate({ title: 'Write', dueAt })
    await vi.waitFor(() =>
      expect(told.changes).toEqual([{ type: 'task', id: task.id, version: 1, deleted: false, task }]),
    )
    await ada.client.task.delete.mutate({ id: task.id })
    await vi.waitFor(() => expect(told.changes.at(-1)).toMatchObject({ id: task.id, deleted: true, task: null }))
    expect(told.versions).toEqual([1, 2])
  })

  test('catches up with what it has missed, page after page', async () => {
    await write(12)
    const told = follow(4)
    await vi.waitFor(() => expect(told.versions).toEqual(range(5, 12)))
    await write(2)
    await vi.waitFor(() => expect(told.versions).toEqual(range(5, 14)))
    expect(told.resets).toEqual([])
  })

  test('has one stream for all its subscribers, each of which begins where it wants', async () => {
    await write(3)
    const [all, some, later] = [follow(0), follow(2), follow()]
    await vi.waitFor(() => expect([all.versions, some.versions]).toEqual([[1, 2, 3], [3]]))
    await streamIsOpen()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await write(1)
    await vi.waitFor(() => expect([all.versions, some.versions, later.versions]).toEqual([[1, 2, 3, 4], [3, 4], [4]]))
    expect(browser.count('change.stream')).toBe(1)
  })

  test('is told to read everything again where the server does not know what came since', async () => {
    await write(2)
    const told = follow(1_000)
    await vi.waitFor(() => expect(told.resets).toEqual([2]))
    await write(1)
    await vi.waitFor(() => expect(told.versions).toEqual([3]))
    expect(told.resets).toEqual([2])
  })

  test.each([
    ['a network that fails', () => Promise.reject(new TypeError('fetch failed'))],
    ['a proxy', () => new Response('<h1>Bad</h1>', { status: 502, headers: { 'content-type': 'text/html' } })],
    ['a limit', () => refusal('RATE_LIMITED', { httpStatus: 429, retryAfter: 0.1 })],
    ['a server that is not there', () => refusal('UNAVAILABLE', { httpStatus: 503, retryAfter: 0.1 })],
    ['a stream that ends', () => new Response('', { headers: { 'content-type': 'text/event-stream' } })],
  ])('goes on after %s', async (_, fail) => {
    const failures = [fail, fail]
    browser.disturb = (procedures) => (procedures.includes('change.stream') ? failures.shift()?.() : undefined)
    const told = follow(0)
    await write(2)
    await vi.waitFor(() => expect(failures).toEqual([]), { timeout: 5_000 })
    await write(2)
    await vi.waitFor(() => expect(told.versions).toEqual(range(1, 4)), { timeout: 5_000 })
  })

  test('goes on with the next token when the first is refused', async () => {
    server.expireTokens()
    const told = follow(0)
    await client.task.create.mutate({ title: 'A' })
    await vi.waitFor(() => expect(told.versions).toEqual([1]))
    await streamIsOpen()
    await vi.waitFor(() => expect(client.$session.status).toBe('signedIn'))
  })

  test('is silent once signed out, and goes on where it stopped when the same user signs in', async () => {
    const told = follow(0)
    await write(1)
    await vi.waitFor(() => expect(told.versions).toEqual([1]))
    await client.$session.signOut()
    const streams = browser.count('change.stream')
    await write(2)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([told.versions, browser.count('change.stream')]).toEqual([[1], streams])
    await client.$session.signIn(credentials(ada))
    await vi.waitFor(() => expect(told.versions).toEqual([1, 2, 3]))
    expect(told.resets).toEqual([])
  })

  test('begins anew for another user', async () => {
    const told = follow(0)
    await write(3)
    await vi.waitFor(() => expect(told.versions).toEqual([1, 2, 3]))
    await bob.client.task.create.mutate({ title: 'His' })
    await client.$session.signIn(credentials(bob))
    await vi.waitFor(() => expect(told.resets).toEqual([1]))
    const { id } = await bob.client.task.create.mutate({ title: 'His too' })
    await vi.waitFor(() => expect(told.changes.at(-1)).toMatchObject({ id, version: 2 }))
    await write(1)
    expect(told.versions).toEqual([1, 2, 3, 2])
  })

  test('is told nothing after it has stopped, not even within a call', async () => {
    await write(3)
    const told = recorder(0)
    const stop = client.$changes.subscribe({
      ...told,
      onChange(change) {
        told.onChange(change)
        stop()
      },
    })
    await vi.waitFor(() => expect(told.versions).toEqual([1]))
    await write(1)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(told.versions).toEqual([1])
  })

  test('a subscriber that stops leaves the others alone, and the last one ends the stream', async () => {
    const signals: (AbortSignal | null | undefined)[] = []
    const { fetch } = browser
    const observed = createTaskwireClient({
      url: server.url,
      token: ada.accessToken,
      fetch: (input, init) => {
        if (String(input).includes('change.stream')) signals.push(init?.signal)
        return fetch(input, init)
      },
    })
    const [one, other] = [recorder(0), recorder(0)]
    const [stopOne, stopOther] = [observed.$changes.subscribe(one), observed.$changes.subscribe(other)]
    await vi.waitFor(() => expect(signals).toHaveLength(1))
    stopOne()
    stopOne()
    await write(1)
    await vi.waitFor(() => expect(other.versions).toEqual([1]))
    expect(one.versions).toEqual([])
    stopOther()
    expect(signals[0]?.aborted).toBe(true)
  })
})

test('without a version it begins now, and says where that is', async () => {
  await client.$session.signIn(credentials(ada))
  await write(2)
  const told = recorder()
  const begun = vi.fn()
  stops.push(client.$changes.subscribe({ ...told, onBegin: begun }))
  await vi.waitFor(() => expect(begun.mock.calls).toEqual([[{ version: 2 }]]))
  await write(1)
  await vi.waitFor(() => expect(told.versions).toEqual([3]))
  expect(told.resets).toEqual([])
})

test('who is not signed in is told nothing until somebody is', async () => {
  const told = follow(0)
  await write(2)
  await vi.waitFor(() => expect(client.$session.status).toBe('signedOut'))
  await client.$session.signIn(credentials(ada))
  await vi.waitFor(() => expect(told.versions).toEqual([1, 2]))
  expect(told.resets).toEqual([])
})

test('a token that is refused for good ends it, and says why', async () => {
  const tool = createTaskwireClient({ url: server.url, token: 'twk_wrong' })
  const told = recorder(0)
  stops.push(tool.$changes.subscribe(told))
  await vi.waitFor(() => expect(told.ends).toHaveLength(1))
  expect(isTaskwireError(told.ends[0]) && told.ends[0].data.reason).toBe('TOKEN_INVALID')
})

test.each([-1, 1.5, Number.NaN])('%s is no version to begin at', (since) => {
  expect(() => client.$changes.subscribe(recorder(since))).toThrow(RangeError)
})

function follow(since?: number): Recorder {
  const told = recorder(since)
  stops.push(client.$changes.subscribe(told))
  return told
}

/** As on another device. */
async function write(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await ada.client.task.create.mutate({ title: `Task ${index}` })
}

async function streamIsOpen(): Promise<void> {
  await vi.waitFor(() => expect(browser.count('change.stream')).toBeGreaterThanOrEqual(1))
}

function credentials({ email, password }: TestUser) {
  return { email, password }
}
