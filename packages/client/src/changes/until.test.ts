import { describe, expect } from 'vitest'
import { createTokenClient } from '../client.ts'
import { credentials, eventually, quickTiming } from '../testing/client-test.ts'
import { test, write } from '../testing/following-test.ts'
import { recorder } from '../testing/recorder.ts'

describe('with somebody signed in, until', () => {
  test.beforeEach(({ client, newcomer }) => client.$session.signIn(credentials(newcomer)))

  test('resolves when every subscription has been told, and its functions have returned', async ({
    newcomer,
    client,
    follow,
  }) => {
    const [one, other] = [follow(client, recorder(0)), follow(client, recorder(0))]
    const batches: number[] = []
    follow(client, { since: 0, onBatch: (_, { version }) => batches.push(version), onReset: () => {} })
    await eventually(() => expect(batches).toEqual([0]))
    const { version } = await newcomer.client.task.create.mutate({ title: 'A' })
    await client.$changes.until(version)
    expect([one.versions, other.versions, batches]).toEqual([[1], [1], [0, 1]])
  })

  test('resolves at once for what has been told', async ({ newcomer, browser, client, follow }) => {
    const told = follow(client, recorder(0))
    await write(newcomer, 2)
    await eventually(() => expect(told.versions).toEqual([1, 2]))
    browser.disturb = () => Promise.reject(new TypeError('fetch failed'))
    let resolved = false
    client.$changes.until(2).then(() => {
      resolved = true
    })
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
    expect(resolved).toBe(true)
  })

  test('waits for what is still to come', async ({ newcomer, client, follow }) => {
    const told = follow(client, recorder(0))
    const waits = [client.$changes.until(3), client.$changes.until(1)]
    await write(newcomer, 1)
    await waits[1]
    expect(told.versions).toEqual([1])
    await write(newcomer, 2)
    await waits[0]
    expect(told.versions.at(-1)).toBe(3)
  })

  test('does not wait for a subscription that stops, nor for one that begins later', async ({
    newcomer,
    browser,
    client,
    follow,
  }) => {
    await write(newcomer, 1)
    const told = follow(client, recorder(0))
    await eventually(() => expect(told.versions).toEqual([1]))
    const release = browser.holdBack('change.list')
    const stop = client.$changes.subscribe(recorder())
    const wait = client.$changes.until(1)
    follow(client, recorder())
    stop()
    await wait
    release()
  })

  test('resolves by a reset that goes past the version', async ({ newcomer, client, follow }) => {
    await write(newcomer, 3)
    const told = follow(client, recorder(1_000))
    // `since` is what the subscriber says: it has been told everything up to there.
    await client.$changes.until(1_000)
    await eventually(() => expect(told.resets).toEqual([3]))
    await client.$changes.until(3)
    const wait = client.$changes.until(4)
    await write(newcomer, 1)
    await wait
  })

  test('rejects when its signal aborts', async ({ client, follow }) => {
    follow(client, recorder(0))
    const abort = new AbortController()
    const wait = client.$changes.until(1, { signal: abort.signal })
    abort.abort(new Error('gone'))
    await expect(wait).rejects.toThrow('gone')
    await expect(client.$changes.until(1, { signal: abort.signal })).rejects.toThrow('gone')
  })

  test('rejects when the user signs out, and at once while nobody is signed in', async ({ client, follow }) => {
    follow(client, recorder(0))
    const wait = client.$changes.until(1)
    const alone = expect(wait).rejects.toThrow('Nobody is signed in')
    await client.$session.signOut()
    await alone
    await expect(client.$changes.until(1)).rejects.toThrow('Nobody is signed in')
  })

  test('rejects when another user signs in', async ({ bob, newcomer, client, follow }) => {
    const told = follow(client, recorder(0))
    await write(newcomer, 1)
    await eventually(() => expect(told.versions).toEqual([1]))
    const wait = expect(client.$changes.until(2)).rejects.toThrow('Another user has signed in')
    await client.$session.signIn(credentials(bob))
    await wait
  })
})

describe('where nobody has subscribed, until', () => {
  const observedTest = test.extend('observed', ({ server, newcomer, browser }) => {
    const streams: (AbortSignal | null | undefined)[] = []
    const fetch: typeof globalThis.fetch = (input, init) => {
      if (String(input).includes('change.stream')) streams.push(init?.signal)
      return browser.fetch(input, init)
    }
    const client = createTokenClient({ url: server.url, token: newcomer.accessToken, fetch }, quickTiming)
    return { client, openStreams: () => streams.filter((signal) => signal?.aborted === false).length }
  })

  observedTest(
    'asks by itself, and leaves no stream behind',
    async ({ newcomer, observed: { client, openStreams } }) => {
      await write(newcomer, 1)
      await client.$changes.until(1)
      const wait = client.$changes.until(3)
      await eventually(() => expect(openStreams()).toBe(1))
      await write(newcomer, 2)
      await wait
      expect(openStreams()).toBe(0)
    },
  )

  observedTest(
    'goes on by itself when the last subscription stops',
    async ({ newcomer, observed: { client, openStreams } }) => {
      const stop = client.$changes.subscribe(recorder(0))
      const wait = client.$changes.until(1)
      stop()
      await write(newcomer, 1)
      await wait
      expect(openStreams()).toBe(0)
    },
  )

  test('rejects when nobody turns out to be signed in', async ({ client }) => {
    await expect(client.$changes.until(1)).rejects.toThrow('Nobody is signed in')
  })

  test('rejects when a fixed token is refused', async ({ server }) => {
    const { $changes } = createTokenClient({ url: server.url, token: 'twk_wrong' }, quickTiming)
    await expect($changes.until(1)).rejects.toMatchObject({ data: { reason: 'TOKEN_INVALID' } })
  })

  test.for([-1, 1.5, Number.NaN])('rejects %s, which is no version', async (version, { client }) => {
    await expect(client.$changes.until(version)).rejects.toThrow(RangeError)
  })
})
