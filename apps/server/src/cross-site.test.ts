import { createHash, randomUUID } from 'node:crypto'
import type { OpenDatabase } from '@taskwire/prisma'
import { describe, expect } from 'vitest'
import { testWith } from './testing/fixture.ts'
import { procedurePaths } from './testing/procedures.ts'
import { type HttpAnswer, send } from './testing/send.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

const OWN = 'https://tasks.example.com'
const SAME_SITE = 'https://app.example.com'
const password = 'correct horse battery staple'

const test = testWith({
  ownOrigin: OWN,
  corsOrigins: [SAME_SITE],
  cookie: { secure: true, crossSite: false },
})

/** Of a session that stands. */
interface SignedIn {
  email: string
  cookie: string
  token: string
}

async function signUp(at: TestServer, headers: Record<string, string> = {}): Promise<SignedIn> {
  const email = `${randomUUID()}@example.com`
  const answer = await send(at, {
    method: 'POST',
    path: '/trpc/auth.register',
    headers,
    body: { json: { email, password } },
  })
  return { email, ...credentialsOf(answer) }
}

function credentialsOf({ status, text, cookie }: HttpAnswer): Omit<SignedIn, 'email'> {
  expect({ status, cookie }).toEqual({ status: 200, cookie: expect.any(String) })
  return { cookie: cookie ?? '', token: JSON.parse(text).result.data.json.accessToken }
}

/** Everything that a call could change, as one short text. */
async function stateOf({ client }: OpenDatabase): Promise<string> {
  const tables = await Promise.all([
    client.user.findMany({ orderBy: { id: 'asc' } }),
    client.session.findMany({ orderBy: { id: 'asc' } }),
    client.apiToken.findMany({ orderBy: { id: 'asc' } }),
    client.task.findMany({ orderBy: { id: 'asc' } }),
    client.tag.findMany({ orderBy: { id: 'asc' } }),
  ])
  return createHash('sha256').update(JSON.stringify(tables)).digest('hex')
}

const sites = ['same-origin', 'same-site', 'cross-site', 'none', undefined]
const origins = [undefined, OWN, SAME_SITE, 'https://evil.example', 'https://evil.example.com', 'null']
const senders = sendersOf(sites, origins)
/** Enough where nobody is let in. */
const plainSenders = [...sendersOf(sites, [undefined]), { origin: OWN }]

function sendersOf(fromSites: typeof sites, fromOrigins: typeof origins) {
  return fromSites.flatMap((site) =>
    fromOrigins.map((origin) => ({ ...(site && { 'sec-fetch-site': site }), ...(origin && { origin }) })),
  )
}

/** Who may use the cookie: our own pages, those of a listed origin, and whoever is no browser. */
function mayUseCookie({ 'sec-fetch-site': site, origin }: { 'sec-fetch-site'?: string; origin?: string }): boolean {
  if (site === 'same-origin' || site === 'none') return true
  if (origin === undefined) return site === undefined
  return origin === OWN || origin === SAME_SITE
}

describe.each(procedurePaths('mutation'))('%s', (path) => {
  const json = JSON.stringify({
    json: {
      email: 'mallory@example.com',
      password,
      currentPassword: password,
      newPassword: `${password}!`,
      title: 'x',
      name: 'x',
    },
  })
  const bodies: [type: string | undefined, body: string][] = [
    [
      'multipart/form-data; boundary=x',
      `--x\r\nContent-Disposition: form-data; name="json"\r\n\r\n${json}\r\n--x--\r\n`,
    ],
    ['application/octet-stream', json],
    ['text/plain', json],
    ['application/x-www-form-urlencoded', json],
    ['text/plain; application/json', json],
    ['application/json-patch+json', json],
    [undefined, json],
  ]

  test('takes nothing that a form can send, from whatever site, and nothing changes', async ({ db, server }) => {
    const { cookie, token } = await signUp(server)
    const before = await stateOf(db)
    for (const [type, body] of bodies) {
      for (const sender of plainSenders) {
        const headers = { ...sender, cookie, authorization: `Bearer ${token}`, 'content-type': type }
        const {
          status,
          reasons,
          cookie: set,
        } = await send(server, { method: 'POST', path: `/trpc/${path}`, headers, body })
        expect({ type, status, reasons, set }).toEqual({
          type,
          status: 415,
          reasons: ['UNSUPPORTED_MEDIA_TYPE'],
          set: undefined,
        })
      }
    }
    expect(await stateOf(db)).toBe(before)
  })

  test('does not run by GET', async ({ db, server }) => {
    const { cookie, token } = await signUp(server)
    // The first use of an access token confirms its generation: that it comes by GET, and with the token, is meant so.
    await send(server, { method: 'GET', path: '/trpc/auth.me', headers: { authorization: `Bearer ${token}` } })
    const before = await stateOf(db)
    for (const type of [undefined, 'application/json', 'multipart/form-data; boundary=x', 'application/octet-stream']) {
      const headers = { cookie, authorization: `Bearer ${token}`, 'content-type': type }
      const input = `?input=${encodeURIComponent(json)}`
      const { status, cookie: set } = await send(server, { method: 'GET', path: `/trpc/${path}${input}`, headers })
      expect({ status, set }).toEqual({ status: 405, set: undefined })
    }
    expect(await stateOf(db)).toBe(before)
  })
})

const byCookie = ['auth.refresh', 'auth.restore', 'auth.logout']

describe.each(byCookie)('the cookie and %s', (path) => {
  test.for(senders)('%o', async (sender, { db, server }) => {
    const { cookie } = await signUp(server)
    const before = await stateOf(db)
    const { status, reasons, headers } = await send(server, {
      method: 'POST',
      path: `/trpc/${path}`,
      headers: { ...sender, cookie },
    })
    if (mayUseCookie(sender)) {
      expect({ status, reasons }).toEqual({ status: 200, reasons: [] })
      expect(headers).toHaveProperty('set-cookie')
    } else {
      expect({ status, reasons }).toEqual({ status: 403, reasons: ['CROSS_SITE'] })
      expect(headers).not.toHaveProperty('set-cookie')
      expect(await stateOf(db)).toBe(before)
    }
  })
})

describe.each(['auth.login', 'auth.register'])('%s and the cookie of a session that stands', (path) => {
  test.for(senders)('%o', async (sender, { server }) => {
    const { email, cookie, token } = await signUp(server)
    const json = { email: path === 'auth.login' ? email : `${randomUUID()}@example.com`, password }
    const headers = { ...sender, cookie }
    expect(await send(server, { method: 'POST', path: `/trpc/${path}`, headers, body: { json } })).toMatchObject({
      status: 200,
    })
    const me = await send(server, {
      method: 'GET',
      path: '/trpc/auth.me',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(me.reasons).toEqual(mayUseCookie(sender) ? ['SESSION_REVOKED'] : [])
  })
})

test.for(procedurePaths('mutation').filter((path) => !byCookie.includes(path)))(
  'the cookie alone lets nobody call %s',
  async (path, { db, server }) => {
    const { cookie } = await signUp(server)
    const before = await stateOf(db)
    for (const sender of plainSenders) {
      const { status } = await send(server, {
        method: 'POST',
        path: `/trpc/${path}`,
        headers: { ...sender, cookie },
        body: { json: {} },
      })
      expect(status).toBe(path === 'auth.register' || path === 'auth.login' ? 400 : 401)
    }
    expect(await stateOf(db)).toBe(before)
  },
)

/** Signs up, refreshes, signs out and in again, as a page of that origin would: with a preflight before each. */
async function useAsPage(at: TestServer, { origin, site }: { origin: string; site: string }): Promise<string> {
  const sender = { origin, 'sec-fetch-site': site }
  const preflight = await send(at, {
    method: 'OPTIONS',
    path: '/trpc/auth.login',
    headers: {
      ...sender,
      'content-type': undefined,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,authorization',
    },
  })
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': 'content-type,authorization',
  })
  const { email, cookie } = await signUp(at, sender)
  const post = (path: string, body?: object, held = cookie) =>
    send(at, { method: 'POST', path: `/trpc/${path}`, headers: { ...sender, cookie: held }, body })
  const refreshed = await post('auth.refresh')
  credentialsOf(refreshed)
  expect(refreshed.headers).toMatchObject({ 'access-control-allow-origin': origin })
  expect((await post('auth.logout')).status).toBe(200)
  expect(await post('auth.refresh')).toMatchObject({ status: 401, reasons: ['SESSION_REVOKED'] })
  const again = await post('auth.login', { json: { email, password } })
  credentialsOf(await post('auth.refresh', undefined, credentialsOf(again).cookie))
  return again.headers['set-cookie']?.[0] ?? ''
}

describe('a frontend signs in, refreshes and signs out', () => {
  test('on a listed origin of the same site', async ({ server }) => {
    const cookie = await useAsPage(server, { origin: SAME_SITE, site: 'same-site' })
    expect(cookie).toMatch(/^__Host-taskwire=[^;]+; .*Path=\/; .*HttpOnly; Secure; SameSite=Strict$/)
  })

  test('on another site, listed and with COOKIE_CROSS_SITE', async ({ db }) => {
    const origin = 'https://elsewhere.example'
    await using open = await testServer(db, {
      ownOrigin: OWN,
      corsOrigins: [origin],
      cookie: { secure: true, crossSite: true },
    })
    const cookie = await useAsPage(open, { origin, site: 'cross-site' })
    expect(cookie).toMatch(/^__Host-taskwire=[^;]+; .*Path=\/; .*HttpOnly; Secure; Partitioned; SameSite=None$/)
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', cookie: cookie.split(';', 1)[0] }
    expect(await send(open, { method: 'POST', path: '/trpc/auth.refresh', headers: evil })).toMatchObject({
      status: 403,
      reasons: ['CROSS_SITE'],
    })
  })
})
