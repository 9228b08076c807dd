import { randomUUID } from 'node:crypto'
import { testDatabase } from '@taskwire/prisma/testing'
import { trpcCalls } from '@taskwire/router/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import type { SessionCookieConfig } from './session-cookie.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  db = await testDatabase()
})

const THIRTY_DAYS = 30 * 86_400

async function cookieOf(server: TestServer): Promise<string> {
  const { headers } = await trpcCalls(server).mutate('auth.register', {
    json: { email: `${randomUUID()}@example.com`, password: 'correct horse battery staple' },
  })
  return headers.get('set-cookie') ?? ''
}

function post(server: TestServer, path: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${server.url}/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
  })
}

/** Name, attributes and value; Max-Age as a number. */
function parse(cookie: string) {
  const [pair = '', ...attributes] = cookie.split('; ')
  const [name, value = ''] = pair.split('=')
  const maxAge = Number(attributes.find((attribute) => attribute.startsWith('Max-Age='))?.slice('Max-Age='.length))
  return {
    name,
    value,
    maxAge,
    flags: attributes.filter((attribute) => !/^(Max-Age|Expires)=/.test(attribute)).toSorted(),
  }
}

describe('the cookie of a session', () => {
  const cases: [name: string, cookie: SessionCookieConfig, expected: { name: string; flags: string[] }][] = [
    [
      'on http://localhost needs no TLS',
      { secure: false, crossSite: false },
      { name: 'taskwire', flags: ['HttpOnly', 'Path=/', 'SameSite=Strict'] },
    ],
    [
      'over https is bound to this host',
      { secure: true, crossSite: false },
      { name: '__Host-taskwire', flags: ['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure'] },
    ],
    [
      'for frontends on another site is sent there too, partitioned',
      { secure: true, crossSite: true },
      { name: '__Host-taskwire', flags: ['HttpOnly', 'Partitioned', 'Path=/', 'SameSite=None', 'Secure'] },
    ],
    [
      'for another site is Secure even when the server is on http://localhost',
      { secure: false, crossSite: true },
      { name: '__Host-taskwire', flags: ['HttpOnly', 'Partitioned', 'Path=/', 'SameSite=None', 'Secure'] },
    ],
  ]
  test.each(cases)('%s', async (_name, cookie, expected) => {
    await using server = await testServer(db, { cookie })
    const given = await cookieOf(server)
    expect(parse(given)).toEqual({
      ...expected,
      value: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      maxAge: expect.any(Number),
    })
    expect(parse(given).maxAge).toBeGreaterThan(THIRTY_DAYS - 60)
    expect(parse(given).maxAge).toBeLessThanOrEqual(THIRTY_DAYS)

    const { headers } = await post(server, 'auth.logout', { cookie: given.split(';', 1)[0] ?? '' })
    const cleared = headers.get('set-cookie') ?? ''
    expect(parse(cleared)).toMatchObject({ ...expected, value: '' })
    expect(cleared).toContain('Expires=Thu, 01 Jan 1970')
  })

  test('renews the session, until it is signed out', async () => {
    await using server = await testServer(db)
    const cookie = (await cookieOf(server)).split(';', 1)[0] ?? ''
    expect((await post(server, 'auth.refresh', { cookie })).status).toBe(200)
    expect((await post(server, 'auth.logout', { cookie })).status).toBe(200)
    const refused = await post(server, 'auth.refresh', { cookie })
    expect(await refused.json()).toMatchObject({ error: { json: { data: { reason: 'SESSION_REVOKED' } } } })
  })
})

describe('a page that wants to use the cookie', () => {
  const listed = 'https://app.example.com'
  test.each([
    ['of ours', { 'sec-fetch-site': 'same-origin' }, 200],
    ['that the user typed in', { 'sec-fetch-site': 'none' }, 200],
    ['that is no page: a tool', {}, 200],
    ['of a listed origin', { 'sec-fetch-site': 'cross-site', origin: listed }, 200],
    ['of a listed origin, in an old browser', { origin: listed }, 200],
    ['of our origin, in an old browser', { origin: 'http://localhost:3000' }, 200],
    ['of a sibling domain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' }, 403],
    ['of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['of another site, in an old browser', { origin: 'https://evil.example' }, 403],
    ['in a sandbox', { origin: 'null' }, 403],
    ['that hides its origin', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('%s', async (_name, headers, status) => {
    await using server = await testServer(db, { corsOrigins: [listed] })
    const cookie = (await cookieOf(server)).split(';', 1)[0] ?? ''
    for (const path of ['auth.refresh', 'auth.restore', 'auth.logout']) {
      const response = await post(server, path, { ...headers, cookie } as Record<string, string>)
      expect(response.status).toBe(status)
      if (status === 403) expect(await response.text()).toContain('CROSS_SITE')
    }
  })
})
