import { randomUUID } from 'node:crypto'
import type { ApiTokenCreated, AuthResult, Session, User } from '@taskwire/contract'
import { describe, expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { PASSWORD, registeredRestCalls, restCalls } from '../testing/rest-calls.ts'

const test = testWith({})

const credentials = () => ({ email: `${randomUUID()}@example.com`, password: PASSWORD })

describe('a session', () => {
  test('begins with a registration, is renewed by its cookie, and ends', async ({ server }) => {
    const call = restCalls(server)
    const body = credentials()
    const registered = await call<AuthResult>('POST', '/auth/register', { body })
    expect(registered).toMatchObject({ status: 201, headers: { location: '/api/auth/me' } })
    expect(Object.keys(registered.body)).toEqual(['user', 'accessToken', 'accessTokenExpiresAt'])

    const authorization = `Bearer ${registered.body.accessToken}`
    const me = await call<User>('GET', '/auth/me', { headers: { authorization } })
    expect(me).toMatchObject({ status: 200, body: registered.body.user })

    const headers = { cookie: registered.cookie }
    expect(await call('POST', '/auth/refresh', { headers })).toMatchObject({ status: 200, cookie: registered.cookie })
    const ended = await call('POST', '/auth/logout', { headers })
    expect(ended).toMatchObject({ status: 204, text: '', cookie: 'taskwire=' })
    const refused = await call('POST', '/auth/refresh', { headers })
    expect(refused).toMatchObject({ status: 401, body: { reason: 'SESSION_REVOKED' } })
    expect(await call('POST', '/auth/login', { body })).toMatchObject({
      status: 200,
      body: { user: { email: body.email } },
    })
  })

  test('is listed and ended by others of the user', async ({ server }) => {
    const body = credentials()
    await restCalls(server)('POST', '/auth/register', { body })
    const { body: signedIn } = await restCalls(server)<AuthResult>('POST', '/auth/login', { body })
    const call = restCalls(server, { token: signedIn.accessToken })
    const { body: sessions } = await call<Session[]>('GET', '/sessions')
    expect(sessions.map(({ current }) => current).sort()).toEqual([false, true])
    const other = sessions.find(({ current }) => !current)
    expect(await call('DELETE', `/sessions/${other?.id}`)).toMatchObject({ status: 204, text: '' })
    expect(await call('DELETE', '/sessions')).toMatchObject({ status: 200, body: { revoked: 0, apiTokens: 0 } })
  })

  test("of the cookie is nobody else's to renew or to end", async ({ server }) => {
    const { cookie } = await registeredRestCalls(server)
    const headers = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    for (const path of ['/auth/refresh', '/auth/logout']) {
      expect(await restCalls(server)('POST', path, { headers })).toMatchObject({
        status: 403,
        body: { reason: 'CROSS_SITE' },
      })
    }
    expect(await restCalls(server)('POST', '/auth/refresh', { headers: { cookie } })).toMatchObject({ status: 200 })
  })
})

test('the page of another site uses up nothing of what its visitor may do', async ({ server }) => {
  const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
  for (const [path, request] of [
    ['/auth/login', { headers }],
    ['/auth/register', { headers }],
    ['/auth/register', { body: 'email=a', headers: { ...headers, 'content-type': 'text/plain' } }],
    ['/auth/refresh', { headers }],
    ['/auth/logout', { headers }],
    ['/auth/token', { body: 'username=ada@example.com&password=x', headers: form }],
  ] as const) {
    const answer = await restCalls(server)('POST', path, request)
    expect([403, 415]).toContain(answer.status)
    expect(answer.headers).not.toHaveProperty('ratelimit-limit')
  }
})

test('the cookie alone opens nothing else', async ({ server }) => {
  const { cookie } = await registeredRestCalls(server)
  const answer = await restCalls(server)('GET', '/tasks', { headers: { cookie } })
  expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="taskwire"' } })
})

test('an API token is made with the password, works, and is revoked', async ({ server }) => {
  const { call } = await registeredRestCalls(server)
  const made = await call<ApiTokenCreated>('POST', '/tokens', { body: { name: 'Backup', password: PASSWORD } })
  const { token, apiToken } = made.body
  expect(made).toMatchObject({ status: 201, headers: { location: `/api/tokens/${apiToken.id}` } })
  const tool = restCalls(server, { token })
  expect(await tool('GET', '/tasks')).toMatchObject({ status: 200 })
  expect(await tool('GET', '/tokens')).toMatchObject({ status: 403, body: { reason: 'FORBIDDEN' } })
  expect(await call('GET', '/tokens')).toMatchObject({ status: 200, body: [{ name: 'Backup' }] })
  expect(await call('DELETE', `/tokens/${apiToken.id}`)).toMatchObject({ status: 204 })
  expect(await tool('GET', '/tasks')).toMatchObject({ status: 401 })
})

test('a password is changed, and an account deleted, by what the body says', async ({ server }) => {
  const { call, email } = await registeredRestCalls(server)
  const newPassword = 'a wholly new passphrase'
  const changed = await call('POST', '/auth/password', { body: { currentPassword: PASSWORD, newPassword } })
  expect(changed).toMatchObject({ status: 204, text: '' })
  const wrong = await call('DELETE', '/auth/me', { body: { password: PASSWORD } })
  expect(wrong).toMatchObject({ status: 401, body: { reason: 'INVALID_CREDENTIALS' } })
  const inUrl = await call('DELETE', `/auth/me?password=${encodeURIComponent(newPassword)}`)
  expect(inUrl).toMatchObject({ status: 400, body: { issues: [{ path: 'password', code: 'UNKNOWN_FIELD' }] } })
  expect(await call('DELETE', '/auth/me', { body: { password: newPassword } })).toMatchObject({ status: 204 })
  const gone = await restCalls(server)('POST', '/auth/login', { body: { email, password: newPassword } })
  expect(gone).toMatchObject({ status: 401 })
})
