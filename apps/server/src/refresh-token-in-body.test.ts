import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { testWith } from './testing/fixture.ts'
import { send } from './testing/send.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

const test = testWith({ refreshTokenInBody: true })

const password = 'correct horse battery staple'
const ASKS = { 'taskwire-session': 'body' }

async function call(server: TestServer, path: string, request: { headers?: Record<string, string>; json?: unknown }) {
  const { status, text, reasons, cookie } = await send(server, {
    method: 'POST',
    path: `/trpc/auth.${path}`,
    headers: request.headers ?? {},
    ...(request.json !== undefined && { body: { json: request.json } }),
  })
  const data = status === 200 ? JSON.parse(text).result.data.json : undefined
  return { status, reasons, cookie, data, text }
}

function register(server: TestServer, headers: Record<string, string>) {
  return call(server, 'register', { headers, json: { email: `${randomUUID()}@example.com`, password } })
}

const held = (token: string) => ({ ...ASKS, 'taskwire-refresh-token': token })

describe('a client that keeps the refresh token itself', () => {
  test('gets it at sign-in and sends it to go on, without any cookie', async ({ server }) => {
    const registered = await register(server, ASKS)
    expect(registered).toMatchObject({ cookie: undefined, data: { refreshToken: expect.any(String) } })
    const { email } = registered.data.user
    const login = await call(server, 'login', { headers: ASKS, json: { email, password } })
    expect(login).toMatchObject({ cookie: undefined, data: { refreshToken: expect.any(String) } })
    for (const path of ['refresh', 'restore']) {
      const renewed = await call(server, path, { headers: held(login.data.refreshToken) })
      expect(renewed).toMatchObject({
        status: 200,
        cookie: undefined,
        data: { user: { email }, refreshToken: login.data.refreshToken },
      })
    }
    expect(await call(server, 'logout', { headers: held(login.data.refreshToken) })).toMatchObject({
      status: 200,
      cookie: undefined,
    })
    const ended = { status: 401, reasons: ['SESSION_REVOKED'] }
    expect(await call(server, 'refresh', { headers: held(login.data.refreshToken) })).toMatchObject(ended)
    expect(await call(server, 'restore', { headers: held(registered.data.refreshToken) })).toMatchObject({
      status: 200,
    })
  })

  test('replaces its session when it signs in again', async ({ server }) => {
    const first = await register(server, ASKS)
    const json = { email: first.data.user.email, password }
    await call(server, 'login', { headers: held(first.data.refreshToken), json })
    expect(await call(server, 'refresh', { headers: held(first.data.refreshToken) })).toMatchObject({
      reasons: ['SESSION_REVOKED'],
    })
  })

  test('has nothing to go on with as long as it holds none', async ({ server }) => {
    expect(await call(server, 'restore', { headers: ASKS })).toMatchObject({ status: 200, data: null })
    expect(await call(server, 'refresh', { headers: held('') })).toMatchObject({ reasons: ['TOKEN_MISSING'] })
    expect(await call(server, 'refresh', { headers: held('x') })).toMatchObject({ reasons: ['TOKEN_INVALID'] })
  })

  test('deletes its account, and no cookie is touched', async ({ server }) => {
    const { data } = await register(server, ASKS)
    const headers = { ...ASKS, authorization: `Bearer ${data.accessToken}` }
    expect(await call(server, 'deleteAccount', { headers, json: { password } })).toMatchObject({
      status: 200,
      cookie: undefined,
    })
  })
})

describe('the session of a cookie', () => {
  test('never becomes a token that a script can read', async ({ server }) => {
    const { cookie = '' } = await register(server, {})
    const token = cookie.slice(cookie.indexOf('=') + 1)
    expect(token).toMatch(/^eyJ/)
    const asking = { ...ASKS, cookie, 'sec-fetch-site': 'same-origin' }
    const answers = [
      await call(server, 'refresh', { headers: asking }),
      await call(server, 'restore', { headers: asking }),
      await register(server, asking),
      await call(server, 'logout', { headers: asking }),
    ]
    expect(answers.map(({ status, reasons }) => ({ status, reasons }))).toEqual([
      { status: 401, reasons: ['TOKEN_MISSING'] },
      { status: 200, reasons: [] },
      { status: 200, reasons: [] },
      { status: 200, reasons: [] },
    ])
    expect(answers[1]?.data).toBeNull()
    for (const { text, cookie: set } of answers) {
      expect(text).not.toContain(token)
      expect(set).toBeUndefined()
    }
    // It is as it was: neither replaced nor ended.
    const restored = await call(server, 'restore', { headers: { cookie, 'sec-fetch-site': 'same-origin' } })
    expect(restored).toMatchObject({ status: 200, cookie })
    expect(restored.data).not.toHaveProperty('refreshToken')
  })

  test('goes on by the cookie where a token is sent unasked', async ({ server }) => {
    const { cookie = '' } = await register(server, {})
    const other = await register(server, ASKS)
    const headers = { cookie, 'taskwire-refresh-token': other.data.refreshToken }
    const { data, cookie: set } = await call(server, 'refresh', { headers })
    expect(data).not.toHaveProperty('refreshToken')
    expect(data.user.id).not.toBe(other.data.user.id)
    expect(set).toBe(cookie)
  })

  test('is none of another site’s business, however it asks', async ({ server }) => {
    const { cookie = '', data } = await register(server, ASKS).then(async ({ data }) => ({
      ...(await register(server, {})),
      data,
    }))
    for (const path of ['refresh', 'restore', 'logout']) {
      for (const headers of [{ ...ASKS, cookie }, held(data.refreshToken)]) {
        const foreign = { ...headers, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
        expect(await call(server, path, { headers: foreign })).toMatchObject({ status: 403, reasons: ['CROSS_SITE'] })
      }
    }
    expect(await call(server, 'refresh', { headers: { cookie } })).toMatchObject({ status: 200 })
  })
})

test('a page of a listed origin may send the headers', async ({ db }) => {
  const origin = 'https://app.example.com'
  await using server = await testServer(db, { refreshTokenInBody: true, corsOrigins: [origin] })
  const asked = 'content-type,taskwire-refresh-token,taskwire-session'
  const { headers } = await send(server, {
    method: 'OPTIONS',
    path: '/trpc/auth.refresh',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
  })
  expect(headers['access-control-allow-headers']).toBe(asked)
})

test('where it is not switched on, the headers mean nothing', async ({ db, server: allowing }) => {
  await using server = await testServer(db)
  const { data: elsewhere } = await register(allowing, ASKS)
  const registered = await register(server, ASKS)
  expect(registered.cookie).toMatch(/^taskwire=eyJ/)
  expect(registered.data).not.toHaveProperty('refreshToken')
  expect(await call(server, 'refresh', { headers: held(elsewhere.refreshToken) })).toMatchObject({
    reasons: ['TOKEN_MISSING'],
  })
  const { cookie = '' } = registered
  const renewed = await call(server, 'restore', { headers: { ...held(elsewhere.refreshToken), cookie } })
  expect(renewed).toMatchObject({ status: 200, cookie, data: { user: registered.data.user } })
  expect(renewed.data).not.toHaveProperty('refreshToken')
})
