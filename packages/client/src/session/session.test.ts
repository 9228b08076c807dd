import { testUser } from '@taskwire/router/testing'
import { describe, expect, vi } from 'vitest'
import { createSessionClient, type TaskwireClient } from '../client.ts'
import { isTaskwireError } from '../error.ts'
import { refusal, type TestBrowser } from '../testing/browser.ts'
import { credentials, eventually, test } from '../testing/client-test.ts'
import type { TestServer } from '../testing/serve-router.ts'
import type { SessionState } from './store.ts'

// The server starts while time still passes.
test.beforeEach(({ server: _server }) => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
test.afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('signing in and out', () => {
  test('who signs up is signed in, and is told of each change', async ({ ada, client }) => {
    const states: SessionState[] = []
    const stop = client.$session.subscribe((state) => states.push(state))
    expect(client.$session.state).toEqual({ status: 'unknown', user: null })

    const email = `new-${ada.email}`
    const user = await client.$session.signUp({ email, password: 'correct horse battery staple' })
    expect(user.email).toBe(email)
    expect(await client.auth.me.query()).toEqual(user)
    await client.$session.signOut()
    stop()
    await client.$session.signIn({ email, password: 'correct horse battery staple' })

    expect(states).toEqual([
      { status: 'signedIn', user },
      { status: 'signedOut', user: null, reason: 'signedOut' },
    ])
    expect(client.$session.status).toBe('signedIn')
    expect(client.$session.user).toEqual(user)
  })

  test('a wrong password changes nothing', async ({ ada, client }) => {
    const failure = await client.$session.signIn({ email: ada.email, password: 'wrong' }).catch((error) => error)
    expect(isTaskwireError(failure) && failure.data.reason).toBe('INVALID_CREDENTIALS')
    expect(client.$session.status).toBe('unknown')
  })

  test('the session is learnt from procedures that are called by their names', async ({
    server,
    ada,
    browser,
    client,
  }) => {
    await client.auth.login.mutate(credentials(ada))
    expect(client.$session.user).toEqual(ada.user)
    await client.auth.logout.mutate()
    expect(client.$session.status).toBe('signedOut')
    await client.auth.login.mutate(credentials(ada))
    expire(server)
    await client.auth.refresh.mutate()
    await client.auth.me.query()
    expect(browser.count('auth.refresh')).toBe(1)
  })

  test('who deletes the account is signed out', async ({ server, client }) => {
    const cleo = await testUser(server.services)
    await client.$session.signIn(credentials(cleo))
    await client.auth.deleteAccount.mutate({ password: cleo.password })
    expect(client.$session.state).toMatchObject({ status: 'signedOut', reason: 'signedOut' })
  })

  test('who is signed out is told so by the server', async ({ ada, browser, client }) => {
    await client.$session.signIn(credentials(ada))
    await client.$session.signOut()
    expect(await reasonOf(client.auth.me.query())).toBe('TOKEN_MISSING')
    expect(browser.count('auth.refresh')).toBe(0)
    expect(browser.seen.at(-1)?.authorization).toBe(null)
  })

  test('a sign-out that the server does not hear of holds here, and says so', async ({ ada, browser, client }) => {
    await client.$session.signIn(credentials(ada))
    browser.disturb = () => refusal('INTERNAL', { httpStatus: 500 })
    expect(await reasonOf(client.$session.signOut())).toBe('INTERNAL')
    expect(client.$session.status).toBe('signedOut')
  })
})

describe('an earlier visit', () => {
  test.beforeEach(({ server, ada, browser }) =>
    createSessionClient({ url: server.url, fetch: browser.fetch }).$session.signIn(credentials(ada)),
  )

  test('is restored by its cookie, once', async ({ ada, browser, client }) => {
    expect(client.$session.status).toBe('unknown')
    expect(await Promise.all([client.$session.restore(), client.$session.restore()])).toEqual([ada.user, ada.user])
    expect(await client.$session.restore()).toEqual(ada.user)
    expect(browser.count('auth.restore')).toBe(1)
  })

  test('needs no restoring when somebody signs in', async ({ bob, browser, client }) => {
    const signedIn = client.$session.signIn(credentials(bob))
    expect(await client.auth.me.query()).toEqual(bob.user)
    expect(await signedIn).toEqual(bob.user)
    expect(browser.count('auth.restore')).toBe(0)
  })

  test('is restored by the first call that needs it', async ({ ada, browser, client }) => {
    expect(await Promise.all([client.auth.me.query(), client.$session.restore()])).toEqual([ada.user, ada.user])
    expect(client.$session.status).toBe('signedIn')
    expect(browser.count('auth.restore')).toBe(1)
  })

  test('of nobody leaves nobody signed in', async ({ browser, client }) => {
    browser.cookie = ''
    expect(await client.$session.restore()).toBe(null)
    expect(client.$session.state).toEqual({ status: 'signedOut', user: null, reason: 'none' })
  })

  test('of nobody is no failure that a browser would show', async ({ browser, client }) => {
    browser.cookie = ''
    await client.$session.restore()
    expect(browser.statuses).not.toContain(401)
  })

  test.for([
    ['SESSION_REVOKED', 'revoked'],
    ['ACCOUNT_INACTIVE', 'revoked'],
    ['TOKEN_EXPIRED', 'expired'],
    ['TOKEN_INVALID', 'expired'],
  ])('that is answered by %s is %s', async ([reason = '', told], { browser, client }) => {
    browser.disturb = () => refusal(reason, { httpStatus: 401 })
    expect(await client.$session.restore()).toBe(null)
    expect(client.$session.state).toEqual({ status: 'signedOut', user: null, reason: told })
  })

  test('that a server has found already costs no request', async ({ server, ada, browser, newcomer }) => {
    const { user, accessToken } = newcomer
    const initialSession = { user, accessToken }
    const hydrated = createSessionClient({ url: server.url, fetch: browser.fetch, initialSession })
    expect(hydrated.$session.state).toEqual({ status: 'signedIn', user })
    expect(await hydrated.$session.restore()).toEqual(user)
    expect(browser.count('auth.restore')).toBe(0)
    expect(await hydrated.auth.me.query()).toEqual(user)
    expect(hydrated.$session.user).not.toEqual(ada.user)
  })

  test('that has come to the page as JSON is renewed like any other', async ({ server, ada, browser, client }) => {
    const { user, accessToken } = await client.auth.login.mutate(credentials(ada))
    const initialSession = JSON.parse(JSON.stringify({ user, accessToken }))
    const hydrated = createSessionClient({ url: server.url, fetch: browser.fetch, initialSession })
    expect(hydrated.$session.state).toEqual({ status: 'signedIn', user })
    expire(server)
    expect(await hydrated.auth.me.query()).toEqual(user)
  })

  test('that a server has not found costs no request either', async ({ server, browser }) => {
    const hydrated = createSessionClient({ url: server.url, fetch: browser.fetch, initialSession: null })
    expect(await hydrated.$session.restore()).toBe(null)
    expect(hydrated.$session.state).toEqual({ status: 'signedOut', user: null, reason: 'none' })
    expect(browser.count('auth.restore')).toBe(0)
  })

  test('stays unknown while the server cannot be asked', async ({ ada, browser, client }) => {
    browser.disturb = () => refusal('RATE_LIMITED', { httpStatus: 429, retryAfter: 1 })
    expect(await reasonOf(client.$session.restore())).toBe('RATE_LIMITED')
    expect(client.$session.status).toBe('unknown')
    browser.disturb = () => undefined
    expect(await client.$session.restore()).toEqual(ada.user)
  })

  test('whose restoring is aborted goes on for the others', async ({ ada, client }) => {
    const controller = new AbortController()
    const aborted = client.$session.restore({ signal: controller.signal })
    const other = client.auth.me.query()
    controller.abort(new Error('no longer wanted'))
    await expect(aborted).rejects.toThrow('no longer wanted')
    expect(await other).toEqual(ada.user)
  })
})

describe('an access token that has expired', () => {
  test.beforeEach(({ client, ada }) => client.$session.signIn(credentials(ada)))

  test('is renewed once for fifty calls', async ({ server, ada, browser, client }) => {
    expire(server)
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.auth.me.query()))
    expect(answers).toEqual(Array(50).fill(ada.user))
    expect(browser.count('auth.refresh')).toBe(1)
  })

  test('is renewed once for fifty calls that all hear of it from the server', async ({
    server,
    ada,
    browser,
    client,
  }) => {
    server.expireTokens()
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.auth.me.query()))
    expect(answers).toEqual(Array(50).fill(ada.user))
    expect(browser.count('auth.refresh')).toBe(1)
    // Five batches twice.
    expect(browser.count('auth.me')).toBe(10)
  })

  test('is tried to be renewed once for fifty calls, when it cannot be', async ({ server, browser, client }) => {
    expire(server)
    browser.disturb = () => refusal('INTERNAL', { httpStatus: 500 })
    const reasons = await Promise.all(Array.from({ length: 50 }, () => reasonOf(client.auth.me.query())))
    expect(reasons).toEqual(Array(50).fill('INTERNAL'))
    expect(browser.count('auth.refresh')).toBe(1)
  })

  test('is renewed once a call, however often it is refused', async ({ browser, client }) => {
    const refused = () => refusal('TOKEN_EXPIRED', { httpStatus: 401 })
    browser.disturb = ([procedure]) => (procedure === 'auth.refresh' ? undefined : refused())
    expect(await reasonOf(client.auth.me.query())).toBe('TOKEN_EXPIRED')
    expect(browser.count('auth.refresh')).toBe(1)
    expect(browser.count('auth.me')).toBe(2)
    expect(client.$session.status).toBe('signedIn')
  })

  test('is renewed in its last minute', async ({ browser, client }) => {
    vi.advanceTimersByTime(LIFE - 61_000)
    await client.auth.me.query()
    expect(browser.count('auth.refresh')).toBe(0)
    vi.advanceTimersByTime(1_000)
    await client.auth.me.query()
    expect(browser.seen.slice(2).map(({ procedures }) => procedures)).toEqual([['auth.refresh'], ['auth.me']])
  })

  test('still serves in its last moments, when it cannot be renewed', async ({ ada, browser, client }) => {
    vi.advanceTimersByTime(LIFE - 60_000)
    browser.disturb = ([procedure]) =>
      procedure === 'auth.refresh' ? refusal('RATE_LIMITED', { httpStatus: 429, retryAfter: 1 }) : undefined
    expect(await client.auth.me.query()).toEqual(ada.user)
    expect(await client.auth.me.query()).toEqual(ada.user)
    expect(browser.count('auth.refresh')).toBe(1)
  })

  test('costs an aborted call nothing but itself', async ({ server, ada, browser, client }) => {
    expire(server)
    const controller = new AbortController()
    const release = browser.holdBack('auth.refresh')
    const aborted = client.task.create.mutate({ title: 'Not to be made' }, { signal: controller.signal })
    const others = [client.auth.me.query(), client.task.create.mutate({ title: 'To be made' })]
    await eventually(() => expect(browser.count('auth.refresh')).toBe(1))

    controller.abort(new Error('no longer wanted'))
    await expect(aborted).rejects.toThrow('no longer wanted')
    release()

    expect(await Promise.all(others)).toMatchObject([ada.user, { title: 'To be made' }])
    expect(browser.seen.slice(-2).map(({ procedures }) => procedures)).toEqual([['auth.me'], ['task.create']])
  })

  test('keeps nobody waiting for a refresh that takes too long', async ({ server, browser, client }) => {
    expire(server)
    const release = browser.holdBack('auth.refresh')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const call = client.auth.me.query().catch((error) => error)
    await eventually(() => expect(browser.count('auth.refresh')).toBe(1))

    await vi.advanceTimersByTimeAsync(30_000)
    expect(await call).toMatchObject({ reason: 'TIMED_OUT' })
    expect(client.$session.status).toBe('signedIn')
    release()
  })

  test.for<[what: string, disturb: TestBrowser['disturb'], reason: string | undefined]>([
    ['a limit', () => refusal('RATE_LIMITED', { httpStatus: 429, retryAfter: 1 }), 'RATE_LIMITED'],
    ['a server that is stopping', () => refusal('UNAVAILABLE', { httpStatus: 503, retryAfter: 0.1 }), 'UNAVAILABLE'],
    ['a fault', () => refusal('INTERNAL', { httpStatus: 500 }), 'INTERNAL'],
    ['a network that fails', () => Promise.reject(new TypeError('fetch failed')), 'NETWORK'],
    ['a proxy', () => new Response('<h1>Bad gateway</h1>', { status: 502 }), 'NETWORK'],
    ['a login page of the hotel', () => new Response('<h1>Welcome</h1>', { status: 401 }), 'BAD_ANSWER'],
  ])(
    'stays signed in when %s answers to the refresh',
    async ([_what, disturb, reason], { server, ada, browser, client }) => {
      expire(server)
      browser.disturb = disturb
      expect(await Promise.all([reasonOf(client.auth.me.query()), reasonOf(client.tag.list.query())])).toEqual([
        reason,
        reason,
      ])
      expect(client.$session.status).toBe('signedIn')
      browser.disturb = () => undefined
      expect(await client.auth.me.query()).toEqual(ada.user)
    },
  )

  test.for(['TOKEN_MISSING', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'SESSION_REVOKED', 'ACCOUNT_INACTIVE'])(
    'ends the session when the refresh is answered by %s',
    async (reason, { server, browser, client }) => {
      expire(server)
      browser.disturb = () => refusal(reason, { httpStatus: 401 })
      expect(await reasonOf(client.auth.me.query())).toBe(reason)
      expect(client.$session.status).toBe('signedOut')
    },
  )

  test('ends with it where the cookie is gone', async ({ server, browser, client }) => {
    expire(server)
    browser.cookie = ''
    await expect(client.auth.me.query()).rejects.toThrow('auth.me: Sign in to continue')
    expect(client.$session.state).toEqual({ status: 'signedOut', user: null, reason: 'expired' })
  })
})

describe('a session that has ended elsewhere', () => {
  test('is confirmed by one refresh', async ({ server, ada, browser, client }) => {
    await client.$session.signIn(credentials(ada))
    const session = (await client.session.list.query()).find(({ current }) => current)
    const other = createSessionClient({ url: server.url, fetch: browser.fetch })
    await other.$session.restore()
    await other.session.revoke.mutate({ id: session?.id ?? '' })
    vi.advanceTimersByTime(REVOCATION_LATENCY)

    const reasons = await Promise.all(Array.from({ length: 3 }, () => reasonOf(client.auth.me.query())))
    expect(reasons).toEqual(Array(3).fill('SESSION_REVOKED'))
    expect(client.$session.state).toEqual({ status: 'signedOut', user: null, reason: 'revoked' })
    expect(browser.count('auth.refresh')).toBe(1)
  })
})

describe('a session that another tab has replaced by signing in', () => {
  test('ends nobody’s: the tab that has heard nothing of it goes on with the new one', async ({
    server,
    ada,
    browser,
    client,
  }) => {
    await client.$session.signIn(credentials(ada))
    const other = createSessionClient({ url: server.url, fetch: browser.fetch })
    await other.$session.signIn(credentials(ada))
    const states = statesFromNow(client)

    expect(await reasonOf(client.auth.me.query())).toBe('SESSION_REVOKED')
    expect(states).toEqual([])
    expect(client.$session.user).toEqual(ada.user)
    expect(await client.auth.me.query()).toEqual(ada.user)
    expect(await other.auth.me.query()).toEqual(ada.user)
    expect((await other.session.list.query()).filter(({ current }) => current)).toHaveLength(1)
  })
})

describe('answers that come too late', () => {
  test('do not revive a session: a refresh', async ({ server, ada, browser, client }) => {
    await client.$session.signIn(credentials(ada))
    expire(server)
    const release = browser.holdBack('auth.refresh')
    const call = reasonOf(client.auth.me.query())
    await eventually(() => expect(browser.count('auth.refresh')).toBe(1))

    const states = statesFromNow(client)
    const signedOut = client.$session.signOut()
    release()

    await signedOut
    expect(await call).toBe('TOKEN_MISSING')
    expect(states).toEqual(['signedOut'])
    expect(browser.cookie).toBe('taskwire')
  })

  test('do not revive a session: an earlier visit', async ({ server, ada, browser, client }) => {
    await createSessionClient({ url: server.url, fetch: browser.fetch }).$session.signIn(credentials(ada))
    const release = browser.holdBack('auth.restore')
    const restored = client.$session.restore()
    await eventually(() => expect(browser.count('auth.restore')).toBe(1))

    const states = statesFromNow(client)
    const signedOut = client.$session.signOut()
    release()

    await signedOut
    expect(await restored).toBe(null)
    expect(states).toEqual(['signedOut'])
  })

  test('do not revive a session: a sign-in that had to wait', async ({ ada, browser, client }) => {
    await Promise.all([client.$session.signIn(credentials(ada)), client.$session.signOut()])
    expect(client.$session.status).toBe('signedOut')
    expect(browser.cookie).toBe('taskwire')
  })

  test('do not revive a session: a sign-in', async ({ ada, browser, client }) => {
    const release = browser.holdBack('auth.login')
    const signedIn = client.$session.signIn(credentials(ada))
    await eventually(() => expect(browser.count('auth.login')).toBe(1))
    const states = statesFromNow(client)
    const signedOut = client.$session.signOut()
    release()
    await Promise.all([signedIn, signedOut])
    expect(states).toEqual(['signedOut'])
    expect(browser.cookie).toBe('taskwire')
  })

  test('do not make one user do what another has called', async ({ server, ada, bob, browser, client }) => {
    await client.$session.signIn(credentials(ada))
    const release = browser.holdBack('task.create')
    const call = reasonOf(client.task.create.mutate({ title: "Ada's" }))
    await eventually(() => expect(browser.count('task.create')).toBe(1))
    expire(server)
    await client.$session.signIn(credentials(bob))
    release()

    expect(await call).toBe('TOKEN_EXPIRED')
    expect((await client.task.list.query()).items).toEqual([])
    expect(client.$session.user).toEqual(bob.user)
  })
})

/** The status after each change to come. */
function statesFromNow(client: TaskwireClient): string[] {
  const states: string[] = []
  client.$session.subscribe(({ status }) => states.push(status))
  return states
}

/** Milliseconds that an access token lives. */
const LIFE = 900_000

/** Milliseconds after which a session that is revoked is refused everywhere. */
const REVOCATION_LATENCY = 5_000

/** Lets the access token come to its end. */
function expire(server: TestServer): void {
  server.expireTokens()
  vi.advanceTimersByTime(LIFE)
}

function reasonOf(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => 'no error',
    (error) => (isTaskwireError(error) ? error.data.reason : undefined),
  )
}
