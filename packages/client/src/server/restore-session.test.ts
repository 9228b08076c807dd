import { expect } from 'vitest'
import { createTaskwireClient } from '../client.ts'
import { test as base, credentials } from '../testing/client-test.ts'
import { restoreSession } from './restore-session.ts'

const test = base.extend('visitor', async ({ server, client, newcomer }) => {
  await client.$session.signIn(credentials(newcomer))
  const complaints: string[] = []
  return {
    user: client.$session.user,
    complaints,
    restore: (cookie: string, fetch?: typeof globalThis.fetch) =>
      restoreSession({
        url: server.url,
        headers: new Headers({ cookie }),
        timeout: 500,
        onError: ({ reason }) => complaints.push(reason),
        ...(fetch && { fetch }),
      }),
  }
})

test('a visitor with the cookie of a session is known, and the token of the page works', async ({
  server,
  visitor,
  browser,
}) => {
  const session = await visitor.restore(`theme=dark; ${browser.cookie}; lang=en`)
  expect(session).toEqual({ user: visitor.user, accessToken: expect.any(String) })
  const page = createTaskwireClient({ url: server.url, token: session?.accessToken ?? '' })
  expect(await page.auth.me.query()).toEqual(visitor.user)
})

test('of the cookies of a visit the API gets its own alone', async ({ visitor, browser }) => {
  const sent: (string | null)[] = []
  await visitor.restore(`theme=dark; ${browser.cookie}; other-taskwire=1`, (input, init) => {
    sent.push(new Headers(init?.headers).get('cookie'))
    return fetch(input, init)
  })
  expect(sent).toEqual([browser.cookie])
})

test('nobody is asked about a visitor without a cookie', async ({ visitor }) => {
  const never = () => Promise.reject(new Error('It was asked'))
  expect(await visitor.restore('theme=dark', never)).toBeNull()
})

test('nobody is signed in by a cookie that is not the API’s, or whose session has ended', async ({
  visitor,
  client,
  browser,
}) => {
  const { cookie } = browser
  expect(await visitor.restore('taskwire=made-up')).toBeNull()
  await client.$session.signOut()
  expect(await visitor.restore(cookie)).toBeNull()
})

test('nobody knows while the API is away, or takes too long, and the page is not held up', async ({
  visitor,
  browser,
}) => {
  const away = () => Promise.reject(new TypeError('fetch failed'))
  expect(await visitor.restore(browser.cookie, away)).toBeUndefined()
  const asleep = () => new Promise<Response>(() => {})
  expect(await visitor.restore(browser.cookie, asleep)).toBeUndefined()
  expect(visitor.complaints).toEqual(['TIMED_OUT', 'TIMED_OUT'])
})

test('an API that is on no address is a mistake of the program', async () => {
  const visit = restoreSession({ url: 'tasks.example.com', headers: new Headers({ cookie: 'taskwire=1' }) })
  await expect(visit).rejects.toThrow('url')
})
