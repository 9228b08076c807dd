import { describe, expect, vi } from 'vitest'
import { createTokenClient } from '../client.ts'
import { isTaskwireError } from '../error.ts'
import { refusal } from '../testing/browser.ts'
import { credentials, eventually, quickTiming } from '../testing/client-test.ts'
import { test as followingTest, write } from '../testing/following-test.ts'
import { recorder } from '../testing/recorder.ts'
import { streamsToCut } from '../testing/streams-to-cut.ts'

/** Little, for a stream that does not come. */
const impatient = { ...quickTiming, patience: 100 }

const test = followingTest.extend('phone', ({ server, newcomer, browser, timing }) =>
  createTokenClient({ url: server.url, token: newcomer.accessToken, fetch: browser.fetch }, timing),
)
test.afterEach(() => vi.unstubAllGlobals())

/** Milliseconds that no test waits for. */
const FOREVER = 1_000_000

const eventStream = { headers: { 'content-type': 'text/event-stream' } }
const html = { headers: { 'content-type': 'text/html' } }

test('it connects and is live, which a late subscriber is told at once', async ({ phone, follow }) => {
  const { statuses } = follow(phone, recorder())
  expect(statuses).toEqual(['connecting'])
  await eventually(() => expect(statuses).toEqual(['connecting', 'live']))
  expect(phone.$changes.status).toBe('live')
  expect(follow(phone, recorder()).statuses).toEqual(['live'])
})

test('a subscriber that has stopped is told no status, and without one nothing is known', async ({ phone }) => {
  expect(phone.$changes.status).toBe('connecting')
  const told = recorder()
  const stop = phone.$changes.subscribe(told)
  await eventually(() => expect(phone.$changes.status).toBe('live'))
  stop()
  expect(phone.$changes.status).toBe('connecting')
  expect(told.statuses).toEqual(['connecting', 'live'])
})

test('who wants to know only the status asks for no changes, and is not waited for', async ({
  newcomer,
  browser,
  phone,
  follow,
}) => {
  const told = follow(phone, recorder())
  await eventually(() => expect([phone.$changes.status, told.begins]).toEqual(['live', [0]]))
  const questions = browser.count('change.list')
  const statuses: string[] = []
  const listener = (status: string) => statuses.push(status)
  const stops = [phone.$changes.onStatus(listener), phone.$changes.onStatus(listener)]
  expect(statuses).toEqual(['live', 'live'])
  const { version } = await newcomer.client.task.create.mutate({ title: 'A' })
  await phone.$changes.until(version)
  expect([told.versions, browser.count('change.list')]).toEqual([[1], questions])
  for (const stop of stops) stop()
  expect(phone.$changes.status).toBe('live')
})

test('the status alone keeps a stream open, until nobody wants to know it any more', async ({
  newcomer,
  browser,
  phone,
}) => {
  const statuses: string[] = []
  const stops = [phone.$changes.onStatus((status) => statuses.push(status)), phone.$changes.onStatus(() => {})]
  await eventually(() => expect(statuses).toEqual(['connecting', 'live']))
  const { version } = await newcomer.client.task.create.mutate({ title: 'A' })
  await phone.$changes.until(version)
  stops[0]?.()
  stops[0]?.()
  expect([phone.$changes.status, browser.count('change.stream')]).toEqual(['live', 1])
  stops[1]?.()
  expect(phone.$changes.status).toBe('connecting')
})

test('who wants to know the status is told of sign-outs, and until then rejects', async ({ newcomer, client }) => {
  const statuses: string[] = []
  const stop = client.$changes.onStatus((status) => statuses.push(status))
  await eventually(() => expect(statuses).toEqual(['connecting', 'signedOut']))
  await expect(client.$changes.until(1)).rejects.toThrow('Nobody is signed in')
  await client.$session.signIn(credentials(newcomer))
  await eventually(() => expect(statuses.at(-1)).toBe('live'))
  stop()
})

test('who is told that a fixed token is refused is told when it is tried again', async ({ server, follow }) => {
  const tool = createTokenClient({ url: server.url, token: 'twk_wrong' }, quickTiming)
  const statuses: string[] = []
  const stop = tool.$changes.onStatus((status) => statuses.push(status))
  await eventually(() => expect(statuses).toEqual(['connecting', 'signedOut']))
  follow(tool, recorder(0))
  await eventually(() => expect(statuses).toEqual(['connecting', 'signedOut', 'connecting', 'signedOut']))
  stop()
})

test('who signs out is signedOut, until somebody signs in', async ({ newcomer, client, follow }) => {
  const { statuses } = follow(client, recorder())
  await eventually(() => expect(statuses).toEqual(['connecting', 'signedOut']))
  await client.$session.signIn(credentials(newcomer))
  await eventually(() => expect(statuses.at(-1)).toBe('live'))
  await client.$session.signOut()
  await eventually(() => expect(statuses.at(-1)).toBe('signedOut'))
  expect(statuses).toEqual(['connecting', 'signedOut', 'connecting', 'live', 'signedOut'])
})

test('a fixed token that is refused is signedOut', async ({ server, follow }) => {
  const tool = createTokenClient({ url: server.url, token: 'twk_wrong' }, quickTiming)
  const told = follow(tool, recorder())
  await eventually(() => expect(told.ends).toHaveLength(1))
  expect([told.statuses.at(-1), tool.$changes.status]).toEqual(['signedOut', 'signedOut'])
})

test('where nothing comes through it is offline, says what fails, and is live when that is over', async ({
  newcomer,
  browser,
  phone,
  follow,
}) => {
  browser.disturb = () => Promise.reject(new TypeError('fetch failed'))
  const told = follow(phone, recorder(0))
  await eventually(() => expect(told.statuses.at(-1)).toBe('offline'))
  await eventually(() => expect(told.errors.length).toBeGreaterThan(2))
  expect(told.errors.every((error) => isTaskwireError(error) && error.reason === 'NETWORK')).toBe(true)
  browser.disturb = () => undefined
  await write(newcomer, 1)
  await eventually(() => expect(told.statuses.at(-1)).toBe('live'))
  await eventually(() => expect(told.versions).toEqual([1]))
})

describe('a stream that ends', () => {
  // No other is opened within the test.
  test.override('timing', { ...impatient, reconnect: { first: FOREVER, growth: 1, longest: FOREVER } })

  test('as soon as it has begun is no network that fails', async ({ browser, phone, follow }) => {
    browser.disturb = (procedures) =>
      procedures.includes('change.stream') ? new Response('event: connected\ndata: \n\n', eventStream) : undefined
    const { statuses } = follow(phone, recorder(0))
    await eventually(() => expect(statuses.at(-1)).toBe('polling'))
    expect(statuses).toEqual(['connecting', 'polling'])
  })

  test('is replaced by questions while the next one is waited for', async ({
    server,
    newcomer,
    browser,
    timing,
    follow,
  }) => {
    const { cut, fetch } = streamsToCut(browser.fetch)
    const phone = createTokenClient({ url: server.url, token: newcomer.accessToken, fetch }, timing)
    const told = follow(phone, recorder(0))
    await eventually(() => expect(told.statuses.at(-1)).toBe('live'))
    cut()
    await write(newcomer, 1)
    await eventually(() => expect(told.versions).toEqual([1]))
    expect(told.statuses.slice(-3)).toEqual(['live', 'connecting', 'polling'])
    expect(browser.count('change.stream')).toBe(1)
  })
})

describe('where no stream comes through', () => {
  // A stream that is held back for ever is given up, and tried again.
  test.override('timing', { ...impatient, streamSilence: 500 })

  test.for<[what: string, answer: () => Promise<Response> | Response]>([
    ['is held back', () => new Response(new ReadableStream(), eventStream)],
    ['is held back with all of its answer', () => new Promise(() => {})],
    ['is refused by a limit', () => refusal('RATE_LIMITED', { httpStatus: 429, retryAfter: 0.01 })],
    ['is forbidden by a proxy', () => new Response('<h1>Forbidden</h1>', { status: 403, ...html })],
    ['is not found', () => new Response('', { status: 404 })],
    ['is answered with a page', () => new Response('<h1>Welcome</h1>', html)],
    ['has no body', () => Object.defineProperty(new Response('', eventStream), 'body', { value: undefined })],
  ])(
    'that %s, it asks, and is live once a stream does',
    async ([_what, answer], { newcomer, browser, phone, follow }) => {
      browser.disturb = (procedures) => (procedures.includes('change.stream') ? answer() : undefined)
      const told = follow(phone, recorder(0))
      await eventually(() => expect(told.statuses.at(-1)).toBe('polling'))
      await write(newcomer, 2)
      await eventually(() => expect(told.versions).toEqual([1, 2]))
      expect(told.statuses).toEqual(['connecting', 'polling'])
      browser.disturb = () => undefined
      await eventually(() => expect(told.statuses).toEqual(['connecting', 'polling', 'live']))
      await write(newcomer, 1)
      await eventually(() => expect(told.versions).toEqual([1, 2, 3]))
    },
  )

  test('a stream that is held back for a time is used as soon as it comes', async ({
    server,
    newcomer,
    browser,
    follow,
  }) => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const phone = createTokenClient(
      {
        url: server.url,
        token: newcomer.accessToken,
        async fetch(input, init) {
          const response = await browser.fetch(input, init)
          if (!String(input).includes('change.stream')) return response
          const holding = new TransformStream({
            transform: (chunk, controller) => released.then(() => controller.enqueue(chunk)),
          })
          return new Response(response.body?.pipeThrough(holding), eventStream)
        },
      },
      impatient,
    )
    const told = follow(phone, recorder(0))
    await eventually(() => expect(told.statuses).toEqual(['connecting', 'polling']))
    await write(newcomer, 1)
    await eventually(() => expect(told.versions).toEqual([1]))
    release()
    await eventually(() => expect(told.statuses).toEqual(['connecting', 'polling', 'live']))
    await write(newcomer, 1)
    await eventually(() => expect(told.versions).toEqual([1, 2]))
    const questions = browser.count('change.list')
    await write(newcomer, 3)
    await eventually(() => expect(told.versions).toEqual([1, 2, 3, 4, 5]))
    expect(browser.count('change.list')).toBe(questions)
    expect(browser.count('change.stream')).toBe(1)
  })

  test('an engine whose answers have no stream is not asked for one', async ({ server, newcomer, follow }) => {
    // As that of React Native, but the server of this test makes its answers with it.
    const { Response } = globalThis
    vi.stubGlobal('Response', function BodilessResponse(...init: ConstructorParameters<typeof Response>) {
      return new Response(...init)
    })
    const requests = vi.spyOn(globalThis, 'fetch')
    const tool = createTokenClient({ url: server.url, token: newcomer.accessToken }, quickTiming)
    const told = follow(tool, recorder(0))
    await eventually(() => expect(told.statuses).toEqual(['connecting', 'polling']))
    await write(newcomer, 1)
    await eventually(() => expect(told.versions).toEqual([1]))
    expect(requests.mock.calls.filter(([input]) => String(input).includes('change.stream'))).toEqual([])
    requests.mockRestore()
  })

  test('what the questions fail with is told, and offline if nothing else comes', async ({
    browser,
    phone,
    follow,
  }) => {
    browser.disturb = (procedures) =>
      procedures.includes('change.stream')
        ? new Response('', { status: 404 })
        : refusal('UNAVAILABLE', { httpStatus: 503, retryAfter: 0.01 })
    const told = follow(phone, recorder(0))
    await eventually(() => expect(told.statuses.at(-1)).toBe('offline'))
    expect(told.errors.length).toBeGreaterThan(0)
  })
})
