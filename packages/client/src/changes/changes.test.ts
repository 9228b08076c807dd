import { describe, expect, vi } from 'vitest'
import { createTokenClient } from '../client.ts'
import { isTaskwireError } from '../error.ts'
import { refusal, type TestBrowser } from '../testing/browser.ts'
import { credentials, eventually, quickTiming } from '../testing/client-test.ts'
import { test, write } from '../testing/following-test.ts'
import { range, recorder } from '../testing/recorder.ts'

describe('a client with a session', () => {
  test.beforeEach(({ client, newcomer }) => client.$session.signIn(credentials(newcomer)))

  test('is told each change as it happens, with real dates', async ({ newcomer, browser, client, follow }) => {
    const told = follow(client, recorder())
    await streamIsOpen(browser)
    await eventually(() => expect(told.begins).toEqual([0]))
    const dueAt = new Date('2027-01-01')
    const task = await newcomer.client.task.create.mutate({ title: 'Write', dueAt })
    await eventually(() =>
      expect(told.changes).toEqual([{ type: 'task', id: task.id, version: 1, deleted: false, task }]),
    )
    await newcomer.client.task.delete.mutate({ id: task.id })
    await eventually(() => expect(told.changes.at(-1)).toMatchObject({ id: task.id, deleted: true, task: null }))
    expect(told.versions).toEqual([1, 2])
  })

  test('catches up with what it has missed, page after page', async ({ newcomer, client, follow }) => {
    await write(newcomer, 12)
    const told = follow(client, recorder(4))
    await eventually(() => expect(told.versions).toEqual(range(5, 12)))
    await write(newcomer, 2)
    await eventually(() => expect(told.versions).toEqual(range(5, 14)))
    expect(told.resets).toEqual([])
  })

  test('has one stream for all its subscribers, each of which begins where it wants', async ({
    newcomer,
    browser,
    client,
    follow,
  }) => {
    await write(newcomer, 3)
    const [all, some, later] = [follow(client, recorder(0)), follow(client, recorder(2)), follow(client, recorder())]
    await eventually(() => expect([all.versions, some.versions]).toEqual([[1, 2, 3], [3]]))
    await streamIsOpen(browser)
    await eventually(() => expect(later.begins).toEqual([3]))
    await write(newcomer, 1)
    await eventually(() => expect([all.versions, some.versions, later.versions]).toEqual([[1, 2, 3, 4], [3, 4], [4]]))
    expect(browser.count('change.stream')).toBe(1)
  })

  test('is told to read everything again where the server does not know what came since', async ({
    newcomer,
    client,
    follow,
  }) => {
    await write(newcomer, 2)
    const told = follow(client, recorder(1_000))
    await eventually(() => expect(told.resets).toEqual([2]))
    await write(newcomer, 1)
    await eventually(() => expect(told.versions).toEqual([3]))
    expect(told.resets).toEqual([2])
  })

  test.for<[what: string, fail: () => Promise<Response> | Response]>([
    ['a network that fails', () => Promise.reject(new TypeError('fetch failed'))],
    ['a proxy', () => new Response('<h1>Bad</h1>', { status: 502, headers: { 'content-type': 'text/html' } })],
    ['a limit', () => refusal('RATE_LIMITED', { httpStatus: 429, retryAfter: 0.1 })],
    ['a server that is not there', () => refusal('UNAVAILABLE', { httpStatus: 503, retryAfter: 0.1 })],
    ['a stream that ends', () => new Response('', { headers: { 'content-type': 'text/event-stream' } })],
  ])('goes on after %s', async ([_what, fail], { newcomer, browser, client, follow }) => {
    const failures = [fail, fail]
    browser.disturb = (procedures) => (procedures.includes('change.stream') ? failures.shift()?.() : undefined)
    const told = follow(client, recorder(0))
    await write(newcomer, 2)
    await eventually(() => expect(failures).toEqual([]))
    await write(newcomer, 2)
    await eventually(() => expect(told.versions).toEqual(range(1, 4)))
  })

  test('goes on with the next token when the first is refused', async ({ server, browser, client, follow }) => {
    server.expireTokens()
    const told = follow(client, recorder(0))
    await client.task.create.mutate({ title: 'A' })
    await eventually(() => expect(told.versions).toEqual([1]))
    await streamIsOpen(browser)
    await eventually(() => expect(client.$session.status).toBe('signedIn'))
  })

  test('is silent once signed out, and goes on where it stopped when the same user signs in', async ({
    newcomer,
    browser,
    client,
    follow,
    witness,
  }) => {
    const told = follow(client, recorder(0))
    await write(newcomer, 1)
    await eventually(() => expect(told.versions).toEqual([1]))
    await client.$session.signOut()
    const streams = browser.count('change.stream')
    await write(newcomer, 2)
    await eventually(() => expect(witness.versions).toEqual([1, 2, 3]))
    // What is told late would be told by the time that one more write is.
    await write(newcomer, 1)
    await eventually(() => expect(witness.versions).toEqual([1, 2, 3, 4]))
    expect([told.versions, browser.count('change.stream')]).toEqual([[1], streams])
    await client.$session.signIn(credentials(newcomer))
    await eventually(() => expect(told.versions).toEqual([1, 2, 3, 4]))
    expect(told.resets).toEqual([])
  })

  test('begins anew for another user', async ({ newcomer, bob, client, follow, witness }) => {
    const told = follow(client, recorder(0))
    await write(newcomer, 3)
    await eventually(() => expect(told.versions).toEqual([1, 2, 3]))
    await bob.client.task.create.mutate({ title: 'His' })
    await client.$session.signIn(credentials(bob))
    await eventually(() => expect(told.resets).toEqual([1]))
    const { id } = await bob.client.task.create.mutate({ title: 'His too' })
    await eventually(() => expect(told.changes.at(-1)).toMatchObject({ id, version: 2 }))
    await write(newcomer, 1)
    await eventually(() => expect(witness.versions).toEqual([1, 2, 3, 4]))
    expect(told.versions).toEqual([1, 2, 3, 2])
  })

  test('is told nothing after it has stopped, not even within a call', async ({ newcomer, client, witness }) => {
    await write(newcomer, 3)
    const told = recorder(0)
    const stop = client.$changes.subscribe({
      ...told,
      onChange(change) {
        told.onChange(change)
        stop()
      },
    })
    await eventually(() => expect(told.versions).toEqual([1]))
    await write(newcomer, 1)
    await eventually(() => expect(witness.versions).toEqual([1, 2, 3, 4]))
    await write(newcomer, 1)
    await eventually(() => expect(witness.versions).toEqual([1, 2, 3, 4, 5]))
    expect(told.versions).toEqual([1])
  })

  test('a subscriber that stops leaves the others alone, and the last one ends the stream', async ({
    server,
    newcomer,
    browser,
  }) => {
    const signals: (AbortSignal | null | undefined)[] = []
    const { fetch } = browser
    const observed = createTokenClient({
      url: server.url,
      token: newcomer.accessToken,
      fetch: (input, init) => {
        if (String(input).includes('change.stream')) signals.push(init?.signal)
        return fetch(input, init)
      },
    })
    const [one, other] = [recorder(0), recorder(0)]
    const [stopOne, stopOther] = [observed.$changes.subscribe(one), observed.$changes.subscribe(other)]
    await eventually(() => expect(signals).toHaveLength(1))
    stopOne()
    stopOne()
    await write(newcomer, 1)
    await eventually(() => expect(other.versions).toEqual([1]))
    expect(one.versions).toEqual([])
    stopOther()
    expect(signals[0]?.aborted).toBe(true)
  })
})

test('an older server, which knows of no snapshots, is asked nothing that it would refuse', async ({
  server,
  newcomer: { accessToken, services, user },
  browser,
  follow,
}) => {
  await services.db.task.createMany({ data: range(1, 501).map(() => ({ userId: user.id, title: 'Task' })) })
  const asked: string[] = []
  const client = createTokenClient({
    url: server.url,
    token: accessToken,
    async fetch(input, init) {
      const response = await browser.fetch(input, init)
      if (!String(input).includes('change.list')) return response
      asked.push(decodeURIComponent(String(input)))
      return new Response((await response.text()).replaceAll(/,"snapshot":[^,}]*/g, ''), response)
    },
  })
  const told = follow(client, recorder(0))
  await eventually(() => expect(told.versions.at(-1)).toBe(501))
  expect(asked.filter((url) => url.includes('"since":')).length).toBeGreaterThan(1)
  expect(asked.filter((url) => url.includes('snapshot'))).toEqual([])
})

test('without a version it begins now, and says where that is', async ({ newcomer, client, follow }) => {
  await client.$session.signIn(credentials(newcomer))
  await write(newcomer, 2)
  const told = recorder()
  const begun = vi.fn()
  follow(client, { ...told, onBegin: begun })
  await eventually(() => expect(begun.mock.calls).toEqual([[{ version: 2 }]]))
  await write(newcomer, 1)
  await eventually(() => expect(told.versions).toEqual([3]))
  expect(told.resets).toEqual([])
})

test('who is not signed in is told nothing until somebody is', async ({ newcomer, client, follow }) => {
  const told = follow(client, recorder(0))
  await write(newcomer, 2)
  await eventually(() => expect(client.$session.status).toBe('signedOut'))
  await client.$session.signIn(credentials(newcomer))
  await eventually(() => expect(told.versions).toEqual([1, 2]))
  expect(told.resets).toEqual([])
})

test('a stream from which nothing comes is replaced', async ({ server, newcomer, follow }) => {
  let streams = 0
  const silent = (signal: AbortSignal | null | undefined) =>
    new ReadableStream({
      start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason)),
    })
  const tool = createTokenClient(
    {
      url: server.url,
      token: newcomer.accessToken,
      async fetch(input, init) {
        if (!String(input).includes('change.stream')) return fetch(input, init)
        streams += 1
        if (streams > 1) return fetch(input, init)
        return new Response(silent(init?.signal), { headers: { 'content-type': 'text/event-stream' } })
      },
    },
    { ...quickTiming, streamSilence: 100 },
  )
  const told = follow(tool, recorder(0))
  await eventually(() => expect(streams).toBeGreaterThan(1))
  await write(newcomer, 1)
  await eventually(() => expect(told.versions).toEqual([1]))
})

test('a token that is refused for good ends it, and says why', async ({ server, follow }) => {
  const tool = createTokenClient({ url: server.url, token: 'twk_wrong' }, quickTiming)
  const told = follow(tool, recorder(0))
  await eventually(() => expect(told.ends).toHaveLength(1))
  expect(isTaskwireError(told.ends[0]) && told.ends[0].data.reason).toBe('TOKEN_INVALID')
})

test.for([-1, 1.5, Number.NaN])('%s is no version to begin at', (since, { client }) => {
  expect(() => client.$changes.subscribe(recorder(since))).toThrow(RangeError)
})

async function streamIsOpen(browser: TestBrowser): Promise<void> {
  await eventually(() => expect(browser.count('change.stream')).toBeGreaterThanOrEqual(1))
}
