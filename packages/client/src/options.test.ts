import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ChangesStatus } from './changes/subscription.ts'
import { createTaskwireClient, createTokenClient } from './client.ts'
import type { CallAttempt } from './options.ts'
import { refusal } from './testing/browser.ts'
import { test as clientTest, credentials, eventually } from './testing/client-test.ts'
import { ownTimers } from './testing/own-timers.ts'

const url = 'https://tasks.example.com'
const token = 'twk_secret'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a url', () => {
  test.each<[url: string, sentence: string]>([
    ['tasks.example.com', 'url must begin with http:// or https://'],
    ['localhost:3000', 'url must begin with http:// or https://'],
    ['//tasks.example.com', 'url must begin with http:// or https://'],
    ['ws://tasks.example.com', 'url must begin with http:// or https://'],
    ['https://', 'url must begin with http:// or https://'],
    ['https://tasks.example.com?tenant=1', 'url must be a base URL'],
    ['https://tasks.example.com\n', 'url must be a base URL'],
    ['http://a\\b', 'url must be a base URL'],
    ['/\\evil.com', 'url must be a base URL'],
    ['http://[', 'url must be a URL that can be read'],
    ['http://%', 'url must be a URL that can be read'],
    ['http://localhost:99999', 'url must be a URL that can be read'],
    [undefined as unknown as string, "url must be the server's base URL as a string, not undefined"],
    [new URL(url) as unknown as string, "url must be the server's base URL as a string, not object"],
  ])('that cannot be meant is refused at once: %j', (wrong, sentence) => {
    expect(() => createTaskwireClient({ url: wrong })).toThrow(sentence)
  })

  test.each([
    'https://ada:hunter2@tasks.example.com',
    'https://hunter2@tasks.example.com',
    'https://ada:hunter2/@tasks.example.com',
    'HTTPS:/ada:hunter2@tasks.example.com',
    'ftp://ada:hunter2@tasks.example.com',
    'ada:hunter2@tasks.example.com',
    '//ada:hunter2@tasks.example.com',
  ])('with a password is refused at once, and not repeated: %j', (secret) => {
    expect(() => createTaskwireClient({ url: secret })).toThrow(/^url must not hold a user name or a password[^2@]*$/)
  })

  test('is taken by an engine that has no URL', () => {
    vi.stubGlobal('URL', undefined)
    expect(() => createTaskwireClient({ url })).not.toThrow()
  })

  test.each(['https://example.com:8080/@team', '/@team'])('may have an @ in its path: %j', (path) => {
    expect(() => createTaskwireClient({ url: path })).not.toThrow()
  })

  test.each(['', '/', '/tasks'])('of the page fails at once where there is no page: "%s"', async (relative) => {
    const fetch = vi.fn()
    vi.stubGlobal('fetch', fetch)
    const client = createTaskwireClient({ url: relative })
    const sentence = 'there is no page: outside a browser give the whole URL'
    await expect(client.task.list.query()).rejects.toThrow(sentence)
    await expect(client.$session.restore()).rejects.toThrow(sentence)
    expect(fetch).not.toHaveBeenCalled()
  })
})

describe('a token', () => {
  const wrong: [token: unknown, sentence: string][] = [
    ['', 'token must not be empty'],
    ['Bearer twk_1', 'token must be the token alone, without "Bearer"'],
    ['bearer', 'token must be the token alone, without "Bearer"'],
    ['twk_1\n', 'token must not contain spaces or line breaks'],
    ['twk_1\0', 'token must not contain spaces or line breaks'],
    ['twk_é', 'token must not contain spaces or line breaks'],
    [null, 'token must be a string, not null'],
    [7, 'token must be a string, not number'],
    [Buffer.from('twk_1'), 'token must be a string, not object'],
    [['twk_1'], 'token must be a string, not object'],
    [Symbol('twk_1'), 'token must be a string, not symbol'],
  ]

  test.each(wrong)('that cannot be one is refused at once: %j', (given, sentence) => {
    expect(() => createTaskwireClient({ url, token: given as string })).toThrow(sentence)
  })

  test.each([...wrong, [undefined, 'token must be a string, not undefined']])(
    'is refused where a function gives it: %j',
    async (given, sentence) => {
      const fetch = vi.fn()
      const client = createTaskwireClient({ url, token: async () => given as string, fetch })
      await expect(client.auth.me.query()).rejects.toThrow(sentence as string)
      expect(fetch).not.toHaveBeenCalled()
    },
  )

  clientTest('is asked for before each call, where it is a function', async ({ server, ada, bob, browser }) => {
    const tokens = [ada.accessToken, bob.accessToken]
    const client = createTaskwireClient({ url: server.url, token: () => tokens.shift() ?? '', fetch: browser.fetch })
    expect([await client.auth.me.query(), await client.auth.me.query()]).toEqual([ada.user, bob.user])
  })

  clientTest('that is refused is asked for once more', async ({ server, ada, browser }) => {
    const tokens = ['twk_old', ada.accessToken]
    const client = createTaskwireClient({
      url: server.url,
      token: async () => tokens.shift() ?? '',
      fetch: browser.fetch,
    })
    expect(await client.auth.me.query()).toEqual(ada.user)
    expect(browser.seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer twk_old',
      `Bearer ${ada.accessToken}`,
    ])
  })

  clientTest('that is refused and stays the same is sent once', async ({ server, browser }) => {
    const give = vi.fn(() => 'twk_old')
    const client = createTaskwireClient({ url: server.url, token: give, fetch: browser.fetch })
    await expect(client.auth.me.query()).rejects.toMatchObject({ reason: 'TOKEN_INVALID' })
    expect(browser.seen).toHaveLength(1)
    expect(give).toHaveBeenCalledTimes(2)
  })

  clientTest('that has been replaced serves what changes', async ({ server, newcomer }) => {
    const tokens = ['twk_old', 'twk_old']
    const client = createTaskwireClient({ url: server.url, token: () => tokens.shift() ?? newcomer.accessToken })
    const titles: (string | undefined)[] = []
    const stop = client.$changes.subscribe({
      since: 0,
      onChange: (change) => titles.push(change.type === 'task' ? change.task?.title : change.tag?.name),
      onReset: () => {},
    })
    await createTaskwireClient({ url: server.url, token: newcomer.accessToken }).task.create.mutate({ title: 'Write' })
    await eventually(() => expect(titles).toEqual(['Write']))
    stop()
  })

  clientTest('that was refused once is forgotten when another works', async ({ server, newcomer, browser, client }) => {
    const later = await client.auth.login.mutate(credentials(newcomer))
    let token = 'twk_old'
    const tool = createTaskwireClient({ url: server.url, token: () => token, fetch: browser.fetch })
    await expect(tool.auth.me.query()).rejects.toMatchObject({ reason: 'TOKEN_INVALID' })
    token = newcomer.accessToken
    browser.disturb = ([procedure]) => {
      if (procedure !== 'change.stream' || token === later.accessToken) return undefined
      token = later.accessToken
      return refusal('SESSION_REVOKED', { httpStatus: 401 })
    }
    const onEnd = vi.fn()
    const statuses: ChangesStatus[] = []
    const stop = tool.$changes.subscribe({ onReset: () => {}, onEnd, onStatus: (status) => statuses.push(status) })
    await eventually(() => expect(statuses.at(-1)).toMatch(/live|signedOut/))
    expect(statuses.at(-1)).toBe('live')
    expect(onEnd).not.toHaveBeenCalled()
    stop()
  })

  clientTest('that is refused for good ends what changes', async ({ server }) => {
    const client = createTaskwireClient({ url: server.url, token: async () => 'twk_old' })
    const onEnd = vi.fn()
    client.$changes.subscribe({ onReset: () => {}, onEnd })
    await eventually(() => expect(onEnd).toHaveBeenCalledOnce())
    expect(onEnd.mock.calls[0]?.[0]).toMatchObject({ reason: 'TOKEN_INVALID' })
  })
})

describe('headers', () => {
  clientTest('may depend on the call, and part batches', async ({ server, ada, browser }) => {
    const client = createTaskwireClient({
      url: server.url,
      token: ada.accessToken,
      fetch: browser.fetch,
      headers: async ({ path, type }) => ({ 'x-call': `${type} ${path}` }),
    })
    await Promise.all([
      client.auth.me.query(),
      client.tag.list.query(),
      client.auth.me.query(),
      client.tag.list.query(),
    ])
    expect(browser.seen.map(({ procedures, headers }) => [procedures, headers.get('x-call')])).toEqual([
      [['auth.me', 'auth.me'], 'query auth.me'],
      [['tag.list', 'tag.list'], 'query tag.list'],
    ])
  })

  clientTest('go with what changes, too', async ({ server, newcomer, browser }) => {
    const headers = ({ path }: { path: string }) => ({ 'x-call': path })
    const { accessToken } = newcomer
    const client = createTaskwireClient({ url: server.url, token: accessToken, fetch: browser.fetch, headers })
    const stop = client.$changes.subscribe({ onReset: () => {} })
    await eventually(() => expect(browser.count('change.stream')).toBeGreaterThan(0))
    stop()
    for (const { procedures, headers } of browser.seen) expect(headers.get('x-call')).toBe(procedures[0])
  })

  test('that cannot be made are told as the mistake that they are', async () => {
    const fetch = vi.fn()
    const mistake = new RangeError('no trace')
    const headers = () => {
      throw mistake
    }
    const client = createTaskwireClient({ url, token, fetch, headers })
    expect(await client.auth.me.query().catch((error) => error)).toBe(mistake)
    expect(fetch).not.toHaveBeenCalled()
  })
})

describe('timeout', () => {
  const never: typeof fetch = () => new Promise(() => {})

  test.each<[given: number | undefined, milliseconds: number]>([
    [undefined, 30_000],
    [2_000, 2_000],
  ])('of %s ends a call after %s ms', async (timeout, milliseconds) => {
    vi.useFakeTimers()
    const timers = ownTimers()
    const client = createTaskwireClient({ url, token, fetch: never, timeout })
    const settled = vi.fn()
    const failure = timers.run(() => client.task.list.query().catch((error) => error))
    failure.then(settled)
    await vi.advanceTimersByTimeAsync(milliseconds - 1)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await failure).toMatchObject({ reason: 'TIMED_OUT', path: 'task.list' })
    expect((await failure).message).toBe(`task.list: No answer within ${milliseconds / 1_000} s`)
    expect(timers.count()).toBe(0)
  })

  test.each([0, Number.POSITIVE_INFINITY])('of %s gives a call any time', async (timeout) => {
    vi.useFakeTimers()
    let answer = (_response: Response) => {}
    const fetch = () => new Promise<Response>((resolve) => (answer = resolve))
    const call = createTaskwireClient({ url, token, fetch, timeout }).tag.list.query()
    await vi.advanceTimersByTimeAsync(3_600_000)
    answer(Response.json([{ result: { data: { json: [] } } }]))
    expect(await call).toEqual([])
  })

  test.each([-1, Number.NaN, null, '5'] as number[])('of %j is refused at once', (timeout) => {
    expect(() => createTaskwireClient({ url, token, timeout })).toThrow('timeout must be a number of milliseconds')
  })

  test('ends the restoring of a session, too', async () => {
    vi.useFakeTimers()
    const timers = ownTimers()
    const client = createTaskwireClient({ url, fetch: never, headers: () => new Promise(() => {}), timeout: 300 })
    const failure = timers.run(() => client.$session.restore().catch((error) => error))
    await vi.advanceTimersByTimeAsync(299)
    expect(timers.count()).toBeGreaterThan(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(await failure).toMatchObject({ reason: 'TIMED_OUT', path: 'auth.restore' })
    client.$close()
    expect(timers.count()).toBe(0)
  })

  test('counts all tries together', async () => {
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const fetch = vi.fn(async () => refusal('UNAVAILABLE', { httpStatus: 503, retryAfter: 4 }))
    const failure = createTaskwireClient({ url, token, fetch, timeout: 5_000 })
      .auth.me.query()
      .catch((error) => error)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await failure).toMatchObject({ reason: 'TIMED_OUT' })
    expect(fetch).toHaveBeenCalledTimes(2)
  })
})

describe('onCall', () => {
  clientTest('is told that a call took too long, and not only that it was ended', async ({ server, ada }) => {
    const errors: unknown[] = []
    const { url } = server
    const asleep: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('Ended'))))
    const client = createTaskwireClient({
      url,
      token: ada.accessToken,
      fetch: asleep,
      timeout: 5,
      onCall: ({ error }) => errors.push(error),
    })
    await expect(client.tag.list.query()).rejects.toMatchObject({ reason: 'TIMED_OUT' })
    await eventually(() => expect(errors).toEqual([expect.objectContaining({ reason: 'TIMED_OUT' })]))
  })

  clientTest(
    'tells of each attempt how long it took and what it failed with',
    async ({ server, ada, browser, timing }) => {
      const attempts: CallAttempt[] = []
      const client = createTokenClient(
        { url: server.url, token: ada.accessToken, fetch: browser.fetch, onCall: (attempt) => attempts.push(attempt) },
        timing,
      )
      let failures = 1
      browser.disturb = () => (failures-- > 0 ? Promise.reject(new TypeError('fetch failed')) : undefined)
      await client.auth.me.query()
      expect(attempts).toEqual([
        {
          path: 'auth.me',
          type: 'query',
          ms: expect.any(Number),
          attempt: 1,
          error: expect.objectContaining({ reason: 'NETWORK' }),
        },
        { path: 'auth.me', type: 'query', ms: expect.any(Number), attempt: 2, error: undefined },
      ])
    },
  )

  test.each<[what: string, onCall: (mistake: Error) => void]>([
    [
      'throws',
      (mistake) => {
        throw mistake
      },
    ],
    ['rejects', (mistake) => Promise.reject(mistake)],
  ])('that %s is reported, and harms no call', async (_what, fail) => {
    const mistake = new Error('a bug of the log')
    const reported = vi.spyOn(console, 'error').mockReturnValue()
    const fetch = async () => Response.json([{ result: { data: { json: [] } } }])
    const client = createTaskwireClient({ url, token, fetch, onCall: () => fail(mistake) })
    expect(await client.tag.list.query()).toEqual([])
    await vi.waitFor(() => expect(reported.mock.calls).toEqual([[mistake]]))
  })

  test('that throws is an uncaught error in a browser', async () => {
    const mistake = new Error('a bug of the log')
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const onCall = () => {
      throw mistake
    }
    const fetch = async () => Response.json([{ result: { data: { json: [] } } }])
    await createTaskwireClient({ url, token, fetch, onCall }).tag.list.query()
    expect(reported.mock.calls).toEqual([[mistake]])
  })
})

describe('$close', () => {
  test('ends calls under way and refuses later ones, however often it is called', async () => {
    vi.useFakeTimers()
    const fetch = vi.fn<typeof globalThis.fetch>(() => new Promise(() => {}))
    const timers = ownTimers()
    const client = createTaskwireClient({ url, token, fetch })
    const call = () => client.tag.list.query().catch((error) => error.message)
    const calls = timers.run(() => Array.from({ length: 20 }, call))
    await vi.waitFor(() => expect(fetch).toHaveBeenCalled())
    client.$close()
    client.$close()
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['This client has been closed']))
    await expect(client.tag.list.query()).rejects.toThrow('This client has been closed')
    expect(fetch.mock.calls.every(([, init]) => init?.signal?.aborted)).toBe(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(timers.count()).toBe(0)
  })

  clientTest('ends what changes', async ({ server, newcomer, browser }) => {
    const { accessToken } = newcomer
    const client = createTaskwireClient({ url: server.url, token: accessToken, fetch: browser.fetch })
    const onBegin = vi.fn()
    const onChange = vi.fn()
    client.$changes.subscribe({ onReset: () => {}, onBegin, onChange })
    await eventually(() => expect(onBegin).toHaveBeenCalledOnce())
    client.$close()
    await createTaskwireClient({ url: server.url, token: accessToken }).task.create.mutate({ title: 'Write' })
    expect(onChange).not.toHaveBeenCalled()
    expect(() => client.$changes.subscribe({ onReset: () => {} })).toThrow('closed')
  })
})
