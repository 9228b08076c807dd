import { describe, expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { PASSWORD, registeredRestCalls, restCalls } from '../testing/rest-calls.ts'

const test = testWith({ corsOrigins: ['https://app.example.com'] })

interface Token {
  access_token: string
  token_type: string
  expires_in: number
}

const FORM = 'application/x-www-form-urlencoded'

function formOf(fields: Record<string, string>, headers: Record<string, string> = {}) {
  return { body: String(new URLSearchParams(fields)), headers: { 'content-type': FORM, ...headers } }
}

test('a form with username and password is answered with a token that works', async ({ server }) => {
  const { email } = await registeredRestCalls(server)
  const fields = { grant_type: 'password', username: email, password: PASSWORD, scope: '', client_id: 'x' }
  const { status, body, headers, cookie } = await restCalls(server)<Token>('POST', '/auth/token', formOf(fields))
  expect({ status, body }).toMatchObject({ status: 200, body: { token_type: 'bearer' } })
  expect(body.expires_in).toBeGreaterThan(880)
  expect(headers['cache-control']).toBe('no-store')
  expect(cookie).toMatch(/^taskwire=ey/)
  const me = await restCalls(server, { token: body.access_token })('GET', '/auth/me')
  expect(me).toMatchObject({ status: 200, body: { email } })
})

describe('a form is refused', () => {
  test('with a wrong password', async ({ server }) => {
    const { email } = await registeredRestCalls(server)
    const answer = await restCalls(server)('POST', '/auth/token', formOf({ username: email, password: 'wrong' }))
    expect(answer).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="taskwire"' },
      body: { reason: 'INVALID_CREDENTIALS', error: 'invalid_grant', error_description: expect.any(String) },
    })
  })

  test.for<[fields: Record<string, string>, path: string, error?: string]>([
    [{ password: 'x' }, 'username'],
    [{ username: 'no address', password: 'x' }, 'username'],
    [{ username: 'ada@example.com' }, 'password'],
    [
      { username: 'ada@example.com', password: 'x', grant_type: 'client_credentials' },
      'grant_type',
      'unsupported_grant_type',
    ],
  ])(
    'that says %j, by the name that the form has for it',
    async ([fields, path, error = 'invalid_request'], { server }) => {
      const answer = await restCalls(server)('POST', '/auth/token', formOf(fields))
      const detail = expect.stringMatching(`^${path}: `)
      expect(answer).toMatchObject({
        status: 400,
        body: { detail, issues: [{ path }], error, error_description: detail },
      })
    },
  )

  test('that says a field twice', async ({ server }) => {
    const body = 'username=ada@example.com&username=eve@example.com&password=x'
    const answer = await restCalls(server)('POST', '/auth/token', { body, headers: { 'content-type': FORM } })
    expect(answer).toMatchObject({ status: 400, body: { issues: [{ path: 'username' }] } })
  })

  test.for(['application/json', 'multipart/form-data', undefined])('as %s', async (type, { server }) => {
    const answer = await restCalls(server)('POST', '/auth/token', {
      body: 'username=a',
      headers: { 'content-type': type },
    })
    expect(answer).toMatchObject({ status: 415, body: { detail: expect.stringContaining(FORM) } })
  })

  test('from the page of another site, which could sign its visitor in as somebody else', async ({ server }) => {
    const { email } = await registeredRestCalls(server)
    const from = (origin: string) =>
      formOf({ username: email, password: PASSWORD }, { origin, 'sec-fetch-site': 'cross-site' })
    const refused = await restCalls(server)('POST', '/auth/token', from('https://evil.example'))
    expect(refused).toMatchObject({ status: 403, body: { reason: 'CROSS_SITE' }, cookie: undefined })
    expect(await restCalls(server)('POST', '/auth/token', from('https://app.example.com'))).toMatchObject({
      status: 200,
    })
  })

  test('whose fields are in the URL, where logs would keep them', async ({ server }) => {
    const answer = await restCalls(server)('POST', '/auth/token?password=x', formOf({ username: 'ada@example.com' }))
    expect(answer).toMatchObject({ status: 400, body: { issues: [{ path: 'password', code: 'UNKNOWN_FIELD' }] } })
    const odd = await restCalls(server)('POST', '/auth/token?__proto__=x', formOf({ username: 'ada@example.com' }))
    expect(odd).toMatchObject({ status: 400, body: { issues: [{ path: '__proto__', code: 'UNKNOWN_FIELD' }] } })
  })

  test('of more than 4 kB', async ({ server }) => {
    const answer = await restCalls(server)('POST', '/auth/token', formOf({ username: 'a'.repeat(4_000) }))
    expect(answer).toMatchObject({ status: 413 })
  })
})
