import { freshDatabase } from '@taskwire/prisma/testing'
import { badTokens, testJwtSecret } from '@taskwire/router/testing'
import { expect, test } from 'vitest'
import { type HttpRequest, send } from '../testing/send.ts'
import { testServer } from '../testing/test-server.ts'

const passwords = ['canary-Password-1', 'canary-Password-2', 'canary-Password-3']
const [password = '', wrongPassword = '', newPassword = ''] = passwords

test('no password, token or cookie comes into the log, whatever happens to a call', async () => {
  await using db = await freshDatabase()
  await using server = await testServer(db, { refreshTokenInBody: true })
  const secrets = new Set<string>(passwords)
  const email = 'ada@example.com'

  /** Sends the request as somebody who holds these, and remembers what comes back. */
  async function call({ token, cookie, ...request }: HttpRequest & { token?: string; cookie?: string }) {
    for (const secret of [token, contentOf(cookie)]) if (secret) secrets.add(secret)
    const answer = await send(server, {
      ...request,
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...(cookie && { cookie }), ...request.headers },
    })
    const data = answer.text.startsWith('{"result"') ? JSON.parse(answer.text).result.data.json : null
    const given = [data?.accessToken, data?.token, data?.refreshToken, contentOf(answer.cookie)]
    for (const secret of given) if (secret) secrets.add(secret)
    return { ...answer, data }
  }
  const mutate = (path: string, json: unknown, held: { token?: string; cookie?: string } = {}) =>
    call({ method: 'POST', path: `/trpc/${path}`, body: { json }, ...held })

  const registered = await mutate('auth.register', { email, password })
  const token = String(registered.data.accessToken)
  const cookie = registered.cookie ?? ''

  // Passwords: right, wrong, misplaced, in bodies that nobody can read, where they have no business.
  await mutate('auth.register', { email, password })
  await mutate('auth.register', { email: 'eve@example.com', password: `${password}${wrongPassword.repeat(5)}` })
  await mutate('auth.login', { email, password })
  await mutate('auth.login', { email, password: wrongPassword })
  await mutate('auth.login', { email: wrongPassword, password })
  await mutate('auth.login', { email, password, [wrongPassword]: password })
  await mutate('auth.login', [password, { password }])
  await mutate('auth.changePassword', { currentPassword: wrongPassword, newPassword }, { token })
  await mutate('auth.changePassword', { currentPassword: password, newPassword: 'password' }, { token })
  await mutate('auth.changePassword', { currentPassword: password, newPassword }, { token })
  await mutate('auth.deleteAccount', { password: wrongPassword }, { token })
  await mutate('task.create', { title: password, password }, { token })
  for (const body of [`{"json":{"password":"${password}"`, password, `{"password":"${password}"}`]) {
    await call({ method: 'POST', path: '/trpc/auth.login', body })
    await call({ method: 'POST', path: '/trpc/auth.login', body, headers: { 'content-type': 'text/plain' } })
    await call({ method: 'POST', path: '/trpc/auth.login', body: body.repeat(2_000) })
  }
  await call({
    method: 'GET',
    path: `/trpc/auth.login?input=${encodeURIComponent(`{"json":{"password":"${password}"}}`)}`,
  })
  await call({ method: 'GET', path: `/nothing?password=${password}&token=${token}` })

  // Tokens and cookies: right, cut, forged, swapped, refreshed and reused.
  const refreshed = await mutate('auth.refresh', undefined, { cookie })
  await mutate('auth.refresh', undefined, { cookie: refreshed.cookie ?? '' })
  await db.client
    .$executeRaw`UPDATE sessions SET generation = generation + 5, rotated_at = rotated_at - interval '1 hour'`
  expect(await mutate('auth.refresh', undefined, { cookie })).toMatchObject({ status: 401 })
  await mutate('auth.restore', undefined, { cookie })
  await mutate('auth.refresh', undefined, { cookie: `${cookie}x` })
  await mutate('auth.refresh', undefined, { cookie: `taskwire=${token}` })
  await mutate('auth.logout', undefined, { cookie })

  // The same of a client that keeps the refresh token itself.
  const asks = { 'taskwire-session': 'body' }
  const body = { json: { email, password: newPassword } }
  const { data: kept } = await call({ method: 'POST', path: '/trpc/auth.login', headers: asks, body })
  for (const token of [kept.refreshToken, `${kept.refreshToken}x`, 'canary-Refresh-Token']) {
    const headers = { ...asks, 'taskwire-refresh-token': String(token) }
    for (const path of ['refresh', 'restore', 'logout', 'nothing'])
      await call({ method: 'POST', path: `/trpc/auth.${path}`, headers })
  }
  const again = await mutate('auth.login', { email, password: newPassword })
  const session = { token: String(again.data.accessToken) }
  for (const bad of [
    contentOf(cookie),
    `${token}x`,
    token.slice(0, -2),
    `twk_${'canary'.repeat(7)}x`,
    'canary-Token',
  ]) {
    await call({ method: 'GET', path: '/trpc/auth.me', token: bad })
    await call({ method: 'GET', path: '/trpc/auth.me', headers: { authorization: `Basic ${bad}`, 'x-api-key': bad } })
  }
  const { data: created } = await mutate('apiToken.create', { name: 'For the log', password: newPassword }, session)
  await call({ method: 'GET', path: '/trpc/auth.me', token: String(created.token) })
  // In the place of an id, where a path has one.
  for (const secret of [String(created.token), session.token])
    await call({ method: 'DELETE', path: `/api/tokens/${secret}` })

  // Faults of ours: a table is not as it should be, and then the database is gone.
  await db.client.$executeRaw`ALTER TABLE tasks RENAME COLUMN title TO headline`
  expect(await mutate('task.create', { title: password }, session)).toMatchObject({ status: 500 })
  await db.client.$executeRaw`ALTER TABLE sessions RENAME COLUMN generation TO edition`
  expect(await mutate('auth.login', { email, password: newPassword })).toMatchObject({ status: 500 })
  expect(await mutate('auth.refresh', undefined, { cookie })).toMatchObject({ status: 500 })
  await db.close()
  expect((await mutate('auth.login', { email, password: newPassword })).status).toBeGreaterThanOrEqual(500)
  expect((await mutate('auth.refresh', undefined, { cookie })).status).toBeGreaterThanOrEqual(500)
  expect((await mutate('task.create', { title: password }, session)).status).toBeGreaterThanOrEqual(500)

  const log = server.log.map((line) => JSON.stringify(line))
  expect(log.filter((line) => line.includes('A call failed')).length).toBeGreaterThanOrEqual(3)
  expect(secrets.size).toBeGreaterThan(10)
  for (const secret of secrets) expect(log.filter((line) => line.includes(secret))).toEqual([])
  // Nor the part of a token that makes it one, nor a hash.
  for (const secret of secrets) {
    const signature = secret.split('.')[2]
    if (signature) expect(log.filter((line) => line.includes(signature))).toEqual([])
  }
  expect(log.join('\n')).not.toMatch(/canary|\$2[aby]\$|eyJ/i)
})

function contentOf(cookie = ''): string {
  return cookie.slice(cookie.indexOf('=') + 1)
}

test('no bad token comes into the log either', async () => {
  await using db = await freshDatabase()
  await using server = await testServer(db)
  const tokens = badTokens({ secret: testJwtSecret, type: 'at+jwt', accessTtlSeconds: 900 }).map(({ token }) => token)
  expect(tokens.length).toBeGreaterThanOrEqual(60)
  for (const token of tokens) {
    const sendable = /^[\x21-\x7e]{1,8000}$/.test(token)
    if (sendable)
      await send(server, { method: 'GET', path: '/trpc/auth.me', headers: { authorization: `Bearer ${token}` } })
  }
  const logged = JSON.stringify(server.log)
  for (const token of tokens) if (token.length > 20) expect(logged).not.toContain(token)
})
