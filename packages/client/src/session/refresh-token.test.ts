import { describe, expect, vi } from 'vitest'
import { createSessionClient, type TaskwireClient } from '../client.ts'
import { refusal } from '../testing/browser.ts'
import { test as clientTest, credentials, eventually } from '../testing/client-test.ts'

/** What an application keeps, and how often it was changed. */
interface Kept {
  token: string | null
  readonly changes: (string | null)[]
  /** Makes the next change fail. */
  failure: Error | undefined
  get(): Promise<string | null>
  set(token: string | null): Promise<void>
}

function newKept(): Kept {
  const kept: Kept = {
    token: null,
    changes: [],
    failure: undefined,
    get: async () => kept.token,
    async set(token) {
      const { failure } = kept
      kept.failure = undefined
      if (failure !== undefined) throw failure
      kept.token = token
      kept.changes.push(token)
    },
  }
  return kept
}

const test = clientTest
  .extend('kept', () => newKept())
  .extend('app', ({ server, browser, kept, timing }) => {
    server.refreshTokenInBody = true
    return createSessionClient({ url: server.url, fetch: browser.fetch, sessionStore: kept }, timing)
  })
  // The same application after it has been started again.
  .extend('next', ({ server, browser, kept, timing, app: _app }) =>
    createSessionClient({ url: server.url, fetch: browser.fetch, sessionStore: kept }, timing),
  )

const full = new Error('The key chain is locked')

describe('a session without cookies', () => {
  test('outlives the application', async ({ ada, browser, app, next, kept }) => {
    expect(await app.$session.signIn(credentials(ada))).toEqual(ada.user)
    expect(kept.token).toMatch(/^eyJ/)
    expect(await next.$session.restore()).toEqual(ada.user)
    expect(await next.auth.me.query()).toEqual(ada.user)
    expect(browser.cookie).toBe('')
  })

  test('begins without a request where none is kept', async ({ browser, app }) => {
    expect(await app.$session.restore()).toBe(null)
    expect(app.$session.state).toEqual({ status: 'signedOut', user: null, reason: 'none' })
    expect(browser.seen).toEqual([])
  })

  test('ends with a sign-out', async ({ ada, app, next, kept }) => {
    await app.$session.signIn(credentials(ada))
    const token = kept.token
    await app.$session.signOut()
    expect(kept.token).toBe(null)
    kept.token = token
    expect(await next.$session.restore()).toBe(null)
    expect(next.$session.state).toMatchObject({ reason: 'revoked' })
    expect(kept.token).toBe(null)
  })

  test('is renewed once for many calls', async ({ server, ada, browser, app, kept }) => {
    await app.$session.signIn(credentials(ada))
    server.expireTokens()
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.auth.me.query()))
    expect(answers).toEqual(Array(20).fill(ada.user))
    expect(browser.count('auth.refresh')).toBe(1)
    expect(kept.changes).toHaveLength(2)
  })

  test('replaces the one before at a sign-in', async ({ ada, app }) => {
    await app.$session.signIn(credentials(ada))
    const before = currentSession(app)
    const { id } = await before
    await app.$session.signIn(credentials(ada))
    expect((await app.session.list.query()).map((session) => session.id)).not.toContain(id)
  })

  test('is not sent with other calls', async ({ ada, browser, app }) => {
    await app.$session.signIn(credentials(ada))
    await app.task.list.query()
    expect(browser.seen.at(-1)?.headers.has('taskwire-refresh-token')).toBe(false)
  })
})

describe('a store that fails', () => {
  test('is told at the sign-in, which leaves no session', async ({ server, bob, app, kept }) => {
    const sessions = () => server.services.db.session.count({ where: { userId: bob.user.id, revokedAt: null } })
    const before = await sessions()
    kept.failure = full
    await expect(app.$session.signIn(credentials(bob))).rejects.toBe(full)
    expect(app.$session.status).toBe('unknown')
    expect(await sessions()).toBe(before)
  })

  test('costs no session at a renewal, however late it is mended', async ({ server, ada, app, kept }) => {
    await app.$session.signIn(credentials(ada))
    await ageSessions(server.services.db)
    server.expireTokens()
    kept.failure = full
    await expect(app.auth.me.query()).rejects.toBe(full)
    expect(app.$session.status).toBe('signedIn')
    expect(await app.auth.me.query()).toEqual(ada.user)
    expect(kept.changes).toHaveLength(2)
    expect(kept.changes[1]).not.toBe(kept.changes[0])
  })

  test('is told at a sign-out, which can be tried again', async ({ ada, app, kept }) => {
    await app.$session.signIn(credentials(ada))
    kept.failure = full
    await expect(app.$session.signOut()).rejects.toBe(full)
    expect(app.$session.status).toBe('signedOut')
    await app.$session.signOut()
    expect(kept.token).toBe(null)
  })

  test('does not hide that the session has ended', async ({ server, ada, browser, app, kept }) => {
    await app.$session.signIn(credentials(ada))
    server.expireTokens()
    kept.failure = full
    browser.disturb = ([procedure]) =>
      procedure === 'auth.refresh' ? refusal('SESSION_REVOKED', { httpStatus: 401 }) : undefined
    await expect(app.auth.me.query()).rejects.toMatchObject({ reason: 'SESSION_REVOKED' })
    expect(app.$session.state).toMatchObject({ status: 'signedOut', reason: 'revoked' })
  })

  test('is told when the account is deleted, and nobody is signed in', async ({ newcomer, app, kept }) => {
    await app.$session.signIn(credentials(newcomer))
    kept.failure = full
    await expect(app.auth.deleteAccount.mutate({ password: newcomer.password })).rejects.toBe(full)
    expect(app.$session.state).toMatchObject({ status: 'signedOut', reason: 'signedOut' })
  })

  test('that cannot be read is told, and nobody is signed out', async ({ app, kept }) => {
    vi.spyOn(kept, 'get').mockRejectedValueOnce(full)
    await expect(app.$session.restore()).rejects.toBe(full)
    expect(app.$session.status).toBe('unknown')
  })
})

describe('what is kept and is no refresh token', () => {
  test.for([['é'], ['line\nbreak'], ['"quoted"'], [''], [undefined]])(
    'counts as none: %j',
    async ([text], { ada, app, kept }) => {
      kept.token = text as string
      expect(await app.$session.restore()).toBe(null)
      expect(app.$session.state).toMatchObject({ reason: 'none' })
      expect(await app.$session.signIn(credentials(ada))).toEqual(ada.user)
      expect(kept.token).toMatch(/^eyJ/)
    },
  )
})

describe('a token that another client has kept since', () => {
  test('outlives the end of the session before it', async ({ ada, browser, app, next, kept }) => {
    await app.$session.signIn(credentials(ada))
    const release = browser.holdBack('auth.restore')
    const restored = next.$session.restore()
    await eventually(() => expect(browser.count('auth.restore')).toBe(1))
    // Which ends the session that is being restored.
    await app.$session.signIn(credentials(ada))
    const { token } = kept
    release()
    expect(await restored).toBe(null)
    expect(kept.token).toBe(token)
    expect(token).toMatch(/^eyJ/)
  })

  test('outlives a renewal of the session before it', async ({ server, ada, bob, browser, next, kept }) => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let isAnswered = false
    const slowFetch: typeof fetch = async (input, init) => {
      const response = await browser.fetch(input, init)
      if (!String(input).includes('auth.refresh')) return response
      isAnswered = true
      await released
      return response
    }
    const slow = createSessionClient({ url: server.url, fetch: slowFetch, sessionStore: kept })
    await slow.$session.signIn(credentials(ada))
    const renewed = slow.auth.refresh.mutate()
    await eventually(() => expect(isAnswered).toBe(true))
    await next.$session.signIn(credentials(bob))
    const { token } = kept
    release()
    await renewed
    expect(kept.token).toBe(token)
  })
})

test('a look at the session leaves the token as it is', async ({ ada, app, next, kept }) => {
  await app.$session.signIn(credentials(ada))
  const { token } = kept
  expect(await next.auth.restore.mutate({ renew: false })).toMatchObject({ user: ada.user })
  expect(kept.token).toBe(token)
})

describe('a sign-out without a network', () => {
  test('is told, and is not undone by the next start', async ({ ada, browser, app, next, kept }) => {
    await app.$session.signIn(credentials(ada))
    browser.disturb = () => Promise.reject(new TypeError('fetch failed'))
    await expect(app.$session.signOut()).rejects.toMatchObject({ reason: 'NETWORK' })
    expect(kept.token).toBe(null)
    expect(await next.$session.restore()).toBe(null)
  })

  test('can be tried again, for the server to end the session', async ({ ada, browser, app, next, kept }) => {
    await app.$session.signIn(credentials(ada))
    const { token } = kept
    browser.disturb = () => Promise.reject(new TypeError('fetch failed'))
    await expect(app.$session.signOut()).rejects.toMatchObject({ reason: 'NETWORK' })
    browser.disturb = () => undefined
    await app.$session.signOut()
    kept.token = token
    expect(await next.$session.restore()).toBe(null)
    expect(next.$session.state).toMatchObject({ reason: 'revoked' })
  })
})

test('a renewal whose answer is lost goes on with the token that is kept', async ({
  server,
  ada,
  browser,
  app,
  kept,
}) => {
  await app.$session.signIn(credentials(ada))
  const { token } = kept
  server.expireTokens()
  browser.disturb = ([procedure]) =>
    procedure === 'auth.refresh' ? refusal('INTERNAL', { httpStatus: 500 }) : undefined
  await expect(app.auth.me.query()).rejects.toMatchObject({ reason: 'INTERNAL' })
  expect(kept.token).toBe(token)
  browser.disturb = () => undefined
  expect(await app.auth.me.query()).toEqual(ada.user)
})

test('a server that hands out no refresh token is told at the sign-in', async ({ server, ada, app, kept }) => {
  server.refreshTokenInBody = false
  await expect(app.$session.signIn(credentials(ada))).rejects.toThrow('switch REFRESH_TOKEN_IN_BODY on')
  expect(kept.token).toBe(null)
  expect(app.$session.status).toBe('unknown')
})

async function currentSession(client: TaskwireClient) {
  const session = (await client.session.list.query()).find(({ current }) => current)
  if (session === undefined) throw new Error('No session is the current one')
  return session
}

/** Past the half minute in which the server repeats a rotation. */
async function ageSessions(db: { $executeRaw(query: TemplateStringsArray): Promise<number> }): Promise<void> {
  await db.$executeRaw`UPDATE sessions SET rotated_at = rotated_at - interval '1 minute'`
}
