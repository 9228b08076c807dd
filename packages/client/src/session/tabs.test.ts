import { type TestUser, testUser } from '@taskwire/router/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTaskwireClient, type TaskwireClient } from '../client.ts'
import { type TestBrowser, testBrowser } from '../testing/browser.ts'
import { serveRouter, type TestServer } from '../testing/serve-router.ts'

// Two tabs in a browser without locks, as Node.js 20 is one; `client.browser.test.ts` has a real one.
let server: TestServer
let ada: TestUser
let bob: TestUser
let browser: TestBrowser
let channels: BroadcastChannel[]

beforeAll(async () => {
  server = await serveRouter()
  ada = await testUser(server.services)
  bob = await testUser(server.services)
})
beforeEach(() => {
  browser = testBrowser()
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
afterEach(() => {
  for (const channel of channels) channel.close()
  vi.unstubAllGlobals()
})
afterAll(() => server.close())

describe('in a browser', () => {
  let first: TaskwireClient
  let second: TaskwireClient

  beforeEach(() => {
    vi.stubGlobal('location', new URL('http://localhost:5173/tasks'))
    first = openTab()
    second = openTab()
  })

  test('who signs in in one tab is signed in in the other, without another request', async () => {
    await first.$session.signIn(credentials(ada))
    await vi.waitFor(() => expect(second.$session.user).toEqual(ada.user))
    expect(await second.auth.me.query()).toEqual(ada.user)
    expect(browser.count('auth.refresh')).toBe(0)
  })

  test('a refresh in one tab is one for the other', async () => {
    await first.$session.signIn(credentials(ada))
    await vi.waitFor(() => expect(second.$session.status).toBe('signedIn'))
    await first.auth.refresh.mutate()
    const token = await tokenOf(first)
    await vi.waitFor(async () => expect(await tokenOf(second)).toBe(token))
    expect(browser.count('auth.refresh')).toBe(1)
  })

  test('who signs out in one tab is signed out in the other', async () => {
    await first.$session.signIn(credentials(ada))
    await vi.waitFor(() => expect(second.$session.status).toBe('signedIn'))
    await second.$session.signOut()
    await vi.waitFor(() => expect(first.$session.status).toBe('signedOut'))
  })

  test('who signs out before anything is known is signed out in the other', async () => {
    await first.$session.signIn(credentials(ada))
    const third = openTab()
    await third.$session.signOut()
    await vi.waitFor(() => expect(first.$session.status).toBe('signedOut'))
  })

  test('a tab that finds nobody signed in takes nobody along', async () => {
    await first.$session.signIn(credentials(ada))
    const third = openTab()
    browser.cookie = ''
    expect(await third.$session.restore()).toBe(null)
    await first.auth.me.query()
    expect(first.$session.status).toBe('signedIn')
  })

  test('the user who signs in last is the one in both tabs', async () => {
    await first.$session.signIn(credentials(ada))
    await second.$session.signIn(credentials(bob))
    await vi.waitFor(() => expect(first.$session.user).toEqual(bob.user))
    await second.$session.signOut()
    await first.$session.signIn(credentials(ada))
    await vi.waitFor(() => expect(second.$session.user).toEqual(ada.user))
  })

  test('who signs in once more stays signed in in both tabs, while the session before ends', async () => {
    const { accessToken } = await first.auth.login.mutate(credentials(ada))
    await vi.waitFor(() => expect(second.$session.status).toBe('signedIn'))
    const before = await tokenOf(second)
    const states: string[] = []
    for (const tab of [first, second]) tab.$session.subscribe(({ status }) => states.push(status))
    await first.$session.signIn(credentials(ada))
    await vi.waitFor(async () => expect(await tokenOf(second)).not.toBe(before))
    expect(await first.auth.me.query()).toEqual(ada.user)
    expect(states).toEqual([])
    const old = createTaskwireClient({ url: server.url, token: accessToken })
    await expect(old.auth.me.query()).rejects.toMatchObject({ data: { reason: 'SESSION_REVOKED' } })
  })

  test('news of a session that has ended here revive nothing', async () => {
    const { accessToken } = await first.auth.login.mutate(credentials(ada))
    await vi.waitFor(() => expect(second.$session.status).toBe('signedIn'))
    await first.$session.signOut()
    await vi.waitFor(() => expect(second.$session.status).toBe('signedOut'))

    // What a third tab, in which a refresh was under way, may tell after that.
    const late = new BroadcastChannel(`taskwire:${server.url}/trpc`)
    late.postMessage({ began: { user: ada.user, accessToken }, cookieSeen: true })
    late.postMessage({ ended: 'another session' })
    await new Promise((resolve) => setTimeout(resolve, 50))

    expect(first.$session.status).toBe('signedOut')
    expect(second.$session.status).toBe('signedOut')
  })

  test('news of a user whom another has followed revive nothing', async () => {
    const { accessToken } = await first.auth.login.mutate(credentials(ada))
    await vi.waitFor(() => expect(second.$session.user).toEqual(ada.user))
    await first.$session.signIn(credentials(bob))
    await vi.waitFor(() => expect(second.$session.user).toEqual(bob.user))

    const late = new BroadcastChannel(`taskwire:${server.url}/trpc`)
    late.postMessage({ began: { user: ada.user, accessToken }, cookieSeen: true })
    late.postMessage({ ended: 'another session' })
    await new Promise((resolve) => setTimeout(resolve, 50))

    expect([first.$session.user, second.$session.user]).toEqual([bob.user, bob.user])
  })
})

test('outside a browser two clients are two users', async () => {
  const first = openTab()
  const second = createTaskwireClient({ url: server.url, fetch: testBrowser().fetch })
  await first.$session.signIn(credentials(ada))
  expect(channels).toEqual([])
  expect(await second.$session.restore()).toBe(null)
})

function openTab(): TaskwireClient {
  return createTaskwireClient({ url: server.url, fetch: browser.fetch })
}

async function tokenOf(client: TaskwireClient): Promise<string | null | undefined> {
  await client.auth.me.query()
  return browser.seen.at(-1)?.authorization
}

function credentials({ email, password }: TestUser) {
  return { email, password }
}
