import { afterEach, beforeEach, describe, expect, vi } from 'vitest'
import { createSessionClient } from '../client.ts'
import { refusal } from '../testing/browser.ts'
import { credentials, test } from '../testing/client-test.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('on a page of another origin', () => {
  beforeEach(() => {
    vi.stubGlobal('location', new URL('http://tasks.example.org/'))
    // No other tab hears of this one.
    vi.stubGlobal('BroadcastChannel', undefined)
  })

  test('a cookie that the browser keeps is proven once, at the sign-in', async ({ ada, browser, client }) => {
    expect(await client.$session.signIn(credentials(ada))).toEqual(ada.user)
    expect(await client.auth.me.query()).toEqual(ada.user)
    expect(browser.seen.map(({ procedures }) => procedures)).toEqual([['auth.login'], ['auth.restore'], ['auth.me']])
  })

  test('a url in capitals is proven likewise', async ({ server, ada, browser }) => {
    const url = server.url.replace('http', 'HTTP')
    await createSessionClient({ url, fetch: browser.fetch }).$session.signIn(credentials(ada))
    expect(browser.count('auth.restore')).toBe(1)
  })

  test('a cookie that the browser drops is told at the sign-in, and leaves no session', async ({
    server,
    bob,
    browser,
    client,
  }) => {
    browser.blocksCookies = true
    const sessions = () => server.services.db.session.count({ where: { userId: bob.user.id, revokedAt: null } })
    const before = await sessions()
    await expect(client.$session.signIn(credentials(bob))).rejects.toThrow(
      /^The browser has not kept the session cookie of http:\/\/127\.0\.0\.1:\d+ for http:\/\/tasks\.example\.org: on another site the server needs COOKIE_CROSS_SITE/,
    )
    expect(client.$session.status).toBe('unknown')
    expect(await sessions()).toBe(before)
  })

  test('who signed up with a cookie that the browser drops can sign in once that is mended', async ({
    browser,
    client,
    bob,
  }) => {
    browser.blocksCookies = true
    const newcomer = { email: `cross-site-${bob.email}`, password: bob.password }
    await expect(client.$session.signUp(newcomer)).rejects.toThrow('COOKIE_CROSS_SITE')
    browser.blocksCookies = false
    expect(await client.$session.signIn(newcomer)).toMatchObject({ email: newcomer.email })
    expect(client.$session.status).toBe('signedIn')
  })

  test('a proof that cannot be made refuses nobody', async ({ ada, browser, client }) => {
    browser.disturb = ([procedure]) =>
      procedure === 'auth.restore' ? refusal('RATE_LIMITED', { httpStatus: 429, retryAfter: 60 }) : undefined
    expect(await client.$session.signIn(credentials(ada))).toEqual(ada.user)
    expect(client.$session.status).toBe('signedIn')
  })
})

test('on a page of the same origin nothing is asked for', async ({ server, ada, browser }) => {
  vi.stubGlobal('location', new URL(server.url))
  vi.stubGlobal('BroadcastChannel', undefined)
  await createSessionClient({ url: server.url, fetch: browser.fetch }).$session.signIn(credentials(ada))
  expect(browser.seen.map(({ procedures }) => procedures)).toEqual([['auth.login']])
})
