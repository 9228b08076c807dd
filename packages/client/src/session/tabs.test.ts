import type { User } from '@taskwire/contract'
import { describe, expect, vi } from 'vitest'
import { createTaskwireClient, type TaskwireClient } from '../client.ts'
import { refusal, type TestBrowser, testBrowser } from '../testing/browser.ts'
import { test as clientTest, credentials, eventually } from '../testing/client-test.ts'
import type { TestServer } from '../testing/serve-router.ts'
import { openTabs } from './tabs.ts'

// Two tabs in a browser without locks, as Node.js 20 is one; `client.browser.test.ts` has a real one.
let channels: BroadcastChannel[]

const test = clientTest
  .extend('first', ({ server, browser }) => openTab(server, browser))
  .extend('second', ({ server, browser }) => openTab(server, browser))

test.beforeEach(() => {
  channels = []
  const Channel = globalThis.BroadcastChannel
  vi.stubGlobal(
    'BroadcastChannel',
    class extends Channel {
      constructor(name: string) {
        super(name)
        channels.push(this)
      }
    },
  )
})
test.afterEach(() => {
  for (const channel of channels) channel.close()
  vi.unstubAllGlobals()
})

describe('in a browser', () => {
  test.beforeEach(() => {
    vi.stubGlobal('location', new URL('http://localhost:5173/tasks'))
  })
  test.beforeEach(({ first: _first, second: _second }) => {
    // Both tabs are open from the beginning.
  })

  test('who signs in in one tab is signed in in the other, without another request', async ({
    ada,
    browser,
    first,
    second,
  }) => {
    await first.$session.signIn(credentials(ada))
    await eventually(() => expect(second.$session.user).toEqual(ada.user))
    expect(await second.auth.me.query()).toEqual(ada.user)
    expect(browser.count('auth.refresh')).toBe(0)
  })

  test('a refresh in one tab is one for the other', async ({ ada, browser, first, second }) => {
    await first.$session.signIn(credentials(ada))
    await eventually(() => expect(second.$session.status).toBe('signedIn'))
    await first.auth.refresh.mutate()
    const token = await tokenOf(first, browser)
    await eventually(async () => expect(await tokenOf(second, browser)).toBe(token))
    expect(browser.count('auth.refresh')).toBe(1)
  })

  test('who signs out in one tab is signed out in the other', async ({ ada, first, second }) => {
    await first.$session.signIn(credentials(ada))
    await eventually(() => expect(second.$session.status).toBe('signedIn'))
    await second.$session.signOut()
    await eventually(() => expect(first.$session.state).toMatchObject({ status: 'signedOut', reason: 'signedOut' }))
  })

  test.for([
    ['SESSION_REVOKED', 'revoked'],
    ['TOKEN_EXPIRED', 'expired'],
  ])(
    'why a session has ended is told to the other: %s',
    async ([reason = '', told], { ada, browser, first, second }) => {
      await first.$session.signIn(credentials(ada))
      await eventually(() => expect(second.$session.status).toBe('signedIn'))
      browser.disturb = () => refusal(reason, { httpStatus: 401 })
      await expect(first.auth.me.query()).rejects.toMatchObject({ reason })
      expect(first.$session.state).toMatchObject({ status: 'signedOut', reason: told })
      await eventually(() => expect(second.$session.state).toMatchObject({ status: 'signedOut', reason: told }))
    },
  )

  test('a client that is closed hears of no other tab', async ({ ada, first, second }) => {
    const states: string[] = []
    second.$session.subscribe(({ status }) => states.push(status))
    second.$close()
    await first.$session.signIn(credentials(ada))
    await first.$session.signOut()
    expect(second.$session.status).toBe('unknown')
    expect(states).toEqual([])
    expect(() => channels[1]?.postMessage(null)).toThrow('closed')
  })

  test('who signs out before anything is known is signed out in the other', async ({ server, ada, browser, first }) => {
    await first.$session.signIn(credentials(ada))
    const third = openTab(server, browser)
    await third.$session.signOut()
    await eventually(() => expect(first.$session.status).toBe('signedOut'))
  })

  test('a tab that finds nobody signed in takes nobody along', async ({ server, ada, browser, first }) => {
    await first.$session.signIn(credentials(ada))
    const third = openTab(server, browser)
    browser.cookie = ''
    expect(await third.$session.restore()).toBe(null)
    await first.auth.me.query()
    expect(first.$session.status).toBe('signedIn')
  })

  test('the user who signs in last is the one in both tabs', async ({ ada, bob, first, second }) => {
    await first.$session.signIn(credentials(ada))
    await second.$session.signIn(credentials(bob))
    await eventually(() => expect(first.$session.user).toEqual(bob.user))
    await second.$session.signOut()
    await first.$session.signIn(credentials(ada))
    await eventually(() => expect(second.$session.user).toEqual(ada.user))
  })

  test('who signs in once more stays signed in in both tabs, while the session before ends', async ({
    server,
    ada,
    browser,
    first,
    second,
  }) => {
    const { accessToken } = await first.auth.login.mutate(credentials(ada))
    await eventually(() => expect(second.$session.status).toBe('signedIn'))
    const before = await tokenOf(second, browser)
    const states: string[] = []
    for (const tab of [first, second]) tab.$session.subscribe(({ status }) => states.push(status))
    await first.$session.signIn(credentials(ada))
    await eventually(async () => expect(await tokenOf(second, browser)).not.toBe(before))
    expect(await first.auth.me.query()).toEqual(ada.user)
    expect(states).toEqual([])
    const old = createTaskwireClient({ url: server.url, token: accessToken })
    await expect(old.auth.me.query()).rejects.toMatchObject({ data: { reason: 'SESSION_REVOKED' } })
  })

  test('news of a session that has ended here revive nothing', async ({ server, ada, first, second }) => {
    const { accessToken } = await first.auth.login.mutate(credentials(ada))
    await eventually(() => expect(second.$session.status).toBe('signedIn'))
    await first.$session.signOut()
    await eventually(() => expect(second.$session.status).toBe('signedOut'))

    // What a third tab, in which a refresh was under way, may tell after that.
    await tellLate(server, { user: ada.user, accessToken })

    expect(first.$session.status).toBe('signedOut')
    expect(second.$session.status).toBe('signedOut')
  })

  test('news of a user whom another has followed revive nothing', async ({ server, ada, bob, first, second }) => {
    const { accessToken } = await first.auth.login.mutate(credentials(ada))
    await eventually(() => expect(second.$session.user).toEqual(ada.user))
    await first.$session.signIn(credentials(bob))
    await eventually(() => expect(second.$session.user).toEqual(bob.user))

    await tellLate(server, { user: ada.user, accessToken })

    expect([first.$session.user, second.$session.user]).toEqual([bob.user, bob.user])
  })
})

describe('in a browser whose site data is blocked', () => {
  const refused = () => new DOMException('Access is denied', 'SecurityError')

  test.beforeEach(() => {
    vi.stubGlobal('location', new URL('http://localhost:5173/tasks'))
  })

  test('a client goes on without locks and channels', async ({ server, ada, browser }) => {
    const request = vi.fn(() => Promise.reject(refused()))
    vi.stubGlobal('navigator', { locks: { request } })
    vi.stubGlobal(
      'BroadcastChannel',
      class {
        constructor() {
          throw refused()
        }
      },
    )
    const client = openTab(server, browser)
    expect(await client.$session.signIn(credentials(ada))).toEqual(ada.user)
    server.expireTokens()
    expect(await Promise.all([client.auth.me.query(), client.auth.me.query()])).toEqual([ada.user, ada.user])
    await client.$session.signOut()
    expect(request).toHaveBeenCalled()
    expect(browser.count('auth.refresh')).toBe(1)
    client.$close()
  })

  test('what is done alone is done one after the other', async () => {
    vi.stubGlobal('navigator', { locks: { request: () => Promise.reject(refused()) } })
    const { exclusively } = openTabs({ name: 'blocked', onNews: () => {} })
    const steps: string[] = []
    const work = (name: string) => async () => {
      steps.push(`${name} begins`)
      await Promise.resolve()
      steps.push(`${name} ends`)
    }
    await Promise.all([exclusively(work('first')), exclusively(work('second'))])
    expect(steps).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
  })
})

test('outside a browser two clients are two users', async ({ server, ada, first }) => {
  const second = openTab(server, testBrowser())
  await first.$session.signIn(credentials(ada))
  expect(channels).toEqual([])
  expect(await second.$session.restore()).toBe(null)
})

function openTab({ url }: TestServer, { fetch }: TestBrowser): TaskwireClient {
  return createTaskwireClient({ url, fetch })
}

async function tokenOf(client: TaskwireClient, browser: TestBrowser): Promise<string | null | undefined> {
  await client.auth.me.query()
  return browser.seen.at(-1)?.authorization
}

/** News that come late, of a tab in which this was true. Resolves when both tabs have heard them. */
async function tellLate({ url }: TestServer, began: { user: User; accessToken: string }): Promise<void> {
  const heard = vi.fn()
  for (const channel of channels) channel.addEventListener('message', heard)
  const listening = channels.length
  const late = new BroadcastChannel(`taskwire:${url}/trpc`)
  late.postMessage({ began })
  late.postMessage({ ended: 'another session', reason: 'signedOut' })

  await eventually(() => expect(heard).toHaveBeenCalledTimes(2 * listening))
}
