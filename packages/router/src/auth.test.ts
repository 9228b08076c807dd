import type { SecurityEvent } from '@taskwire/domain'
import { describe, expect, vi } from 'vitest'
import type { RequestInfo } from './context.ts'
import type { Services } from './services.ts'
import { test } from './testing/fixture.ts'
import {
  clientWith,
  inProcessClient,
  refusalOf,
  type TestClient,
  type TestUser,
  testServices,
  testUser,
} from './testing/index.ts'

const password = 'correct horse battery staple'
const unauthorized = { code: 'UNAUTHORIZED', httpStatus: 401, requestId: 'test' }

let addresses = 0
function newEmail(): string {
  addresses += 1
  return `someone-${addresses}@example.com`
}

/** A browser: it keeps what the server sets as its cookie. */
function newBrowser(services: Services, request: Partial<RequestInfo> = {}) {
  const cookies: Parameters<RequestInfo['setRefreshToken']>[0][] = []
  const client = inProcessClient(services, { ...request, setRefreshToken: (token) => cookies.push(token) })
  return { client, cookies }
}

describe('registering', () => {
  test('signs in, with a token to call by and one for the cookie', async ({ services }) => {
    const { client, cookies } = newBrowser(services)
    const email = newEmail()
    const { user, accessToken, accessTokenExpiresAt } = await client.auth.register.mutate({ email, password })
    expect(user).toEqual({ id: user.id, email, createdAt: expect.any(Date), updatedAt: user.createdAt })
    expect(await clientWith(services, accessToken).auth.me.query()).toEqual(user)
    expect(secondsUntil(accessTokenExpiresAt)).toBeCloseTo(900, -1)
    expect(cookies).toEqual([{ token: expect.stringMatching(/^ey/), expiresAt: expect.any(Date) }])
    expect(secondsUntil(cookies[0]?.expiresAt)).toBeCloseTo(30 * 86_400, -2)
    expect(cookies[0]?.token).not.toBe(accessToken)
  })

  test.for([
    ['in capitals', (email: string) => email.toUpperCase()],
    ['between blanks', (email: string) => ` ${email}\n`],
    ['in full-width letters', (email: string) => email.replace('someone', 'ｓｏｍｅｏｎｅ').replace('@', '＠')],
    ['with a ligature', (email: string) => email.replace('ffi', 'ﬃ')],
    ['with a Kelvin sign', (email: string) => email.replace('k', '\u212a')],
  ] as const)('a second time with the same address %s is EMAIL_TAKEN', async ([_, lookAlike], { services }) => {
    const email = newEmail().replace('-', '-kffi-')
    const { client, cookies } = newBrowser(services)
    await client.auth.register.mutate({ email, password })
    const again = client.auth.register.mutate({ email: lookAlike(email), password })
    expect(await refusalOf(again)).toMatchObject({ reason: 'EMAIL_TAKEN', httpStatus: 409 })
    expect(cookies).toHaveLength(1)
  })

  test('twice at once makes one account', async ({ services }) => {
    const email = newEmail()
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => newBrowser(services).client.auth.register.mutate({ email, password })),
    )
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused).toHaveLength(4)
    for (const { reason } of refused) expect(reason.data).toMatchObject({ reason: 'EMAIL_TAKEN' })
    expect(await services.db.user.count({ where: { email } })).toBe(1)
    expect(await services.db.session.count({ where: { user: { email } } })).toBe(1)
  })

  test.for([
    ['1234567', 'Password must have at least 8 characters'],
    ['𝒳𝒳𝒳𝒳', 'Password must have at least 8 characters'],
    ['password1', 'Password is too common: it is among the first that anybody would try'],
    ['i am SOMEONE-else', 'Password must not contain the name in your email address'],
    ['ä'.repeat(37), 'Password is too long: at most 72 bytes (accented letters and emoji count for several)'],
  ] as const)('is refused with the password %s', async ([weak, message], { services }) => {
    const { client, cookies } = newBrowser(services)
    const email = 'someone-else@example.com'
    expect(await refusalOf(client.auth.register.mutate({ email, password: weak }))).toMatchObject({
      reason: 'VALIDATION_FAILED',
      issues: [{ path: 'password', message }],
    })
    expect(cookies).toEqual([])
    expect(await services.db.user.count({ where: { email } })).toBe(0)
  })
})

describe('signing in', () => {
  test('opens one more session, for any spelling of the address', async ({
    me: { user, email, accessToken },
    services,
  }) => {
    const { client, cookies } = newBrowser(services)
    const answer = await client.auth.login.mutate({ email: ` ${email.toUpperCase()}`, password })
    expect(answer.user).toEqual(user)
    expect(cookies).toHaveLength(1)
    expect(await clientWith(services, answer.accessToken).auth.me.query()).toEqual(user)
    expect(await clientWith(services, accessToken).auth.me.query()).toEqual(user)
    expect(await services.db.session.count({ where: { userId: user.id } })).toBe(2)
  })

  test('with anything wrong is INVALID_CREDENTIALS, and nobody learns what it was', async ({ services }) => {
    const [inactive, withoutPassword, fine] = [
      await testUser(services),
      await testUser(services),
      await testUser(services),
    ]
    await services.db.user.update({ where: { id: inactive.user.id }, data: { isActive: false } })
    await services.db.user.update({ where: { id: withoutPassword.user.id }, data: { passwordHash: null } })
    const attempts = [
      { email: newEmail(), password },
      { email: fine.email, password: `${password}r` },
      { email: fine.email, password: '' },
      { email: fine.email, password: 'x'.repeat(1_000) },
      { email: inactive.email, password },
      { email: inactive.email, password: 'wrong' },
      { email: withoutPassword.email, password },
    ]
    for (const attempt of attempts) {
      const { client, cookies } = newBrowser(services)
      const refusal = await refusalOf(client.auth.login.mutate(attempt))
      expect(refusal).toEqual({ ...unauthorized, reason: 'INVALID_CREDENTIALS' })
      expect(cookies).toEqual([])
    }
  })

  test('remembers from where, and until when by the clock of the database', async ({
    me: { user, email },
    services,
  }) => {
    await services.db.session.deleteMany({ where: { userId: user.id } })
    const device = { userAgent: `Browser/${'1'.repeat(400)}`, ip: '2001:db8::1' }
    await newBrowser(services, { device }).client.auth.login.mutate({ email, password })
    const [session] = await services.db.$queryRaw<Record<string, unknown>[]>`
      SELECT user_agent, ip, generation, revoked_at,
        abs(extract(epoch FROM clock_timestamp() - created_at)) < 10 AS made_now,
        round(extract(epoch FROM idle_expires_at - created_at))::int AS idle,
        round(extract(epoch FROM expires_at - created_at))::int AS absolute
      FROM sessions WHERE user_id = ${user.id}::uuid`
    expect(session).toEqual({
      user_agent: device.userAgent.slice(0, 300),
      ip: device.ip,
      generation: 1,
      revoked_at: null,
      made_now: true,
      idle: 14 * 86_400,
      absolute: 30 * 86_400,
    })
  })
})

describe('signing in where somebody is signed in', () => {
  test.beforeEach(async ({ me }) => {
    // This process remembers the session.
    expect(await me.client.auth.me.query()).toEqual(me.user)
  })

  const stands = async ({ services, user }: TestUser) =>
    (await services.db.session.count({ where: { userId: user.id, revokedAt: null } })) > 0

  const signIns: [string, (client: TestClient, before: TestUser) => Promise<unknown>][] = [
    ['as the same user', (client, { email }) => client.auth.login.mutate({ email, password })],
    [
      'as another user',
      async (client, { services }) => client.auth.login.mutate({ email: (await testUser(services)).email, password }),
    ],
    ['by a new account', (client) => client.auth.register.mutate({ email: newEmail(), password })],
  ]

  test.for(signIns)(
    '%s ends the session that it replaces, at once, and no other',
    async ([_, signIn], { me, services }) => {
      const elsewhere = await newBrowser(services).client.auth.login.mutate({ email: me.email, password })
      const events: SecurityEvent[] = []
      const browser = newBrowser(services, { refreshToken: me.refreshToken, audit: (event) => events.push(event) })
      await signIn(browser.client, me)
      expect(await refusalOf(clientWith(services, me.accessToken).auth.me.query())).toEqual({
        ...unauthorized,
        reason: 'SESSION_REVOKED',
      })
      const refresh = newBrowser(services, { refreshToken: me.refreshToken }).client.auth.refresh.mutate()
      expect(await refusalOf(refresh)).toMatchObject({ reason: 'SESSION_REVOKED' })
      expect(await clientWith(services, elsewhere.accessToken).auth.me.query()).toEqual(me.user)
      const [cookie] = browser.cookies
      expect(
        await newBrowser(services, { refreshToken: cookie?.token ?? '' }).client.auth.refresh.mutate(),
      ).toMatchObject({
        user: { id: expect.any(String) },
      })
      const { sessionId } = services.identity.tokens.verifyRefresh(me.refreshToken)
      expect(events[1]).toEqual({ event: 'sessionRevoked', userId: me.user.id, sessionId })
      expect(events).toHaveLength(2)
    },
  )

  test.for(signIns)('%s from the page of another site ends nothing', async ([_, signIn], { me, services }) => {
    await signIn(newBrowser(services, { refreshToken: me.refreshToken, crossSite: true }).client, me)
    expect(await stands(me)).toBe(true)
  })

  test('ends nothing where it fails', async ({ me, services }) => {
    const { client } = newBrowser(services, { refreshToken: me.refreshToken })
    const { email } = me
    const failures = [
      client.auth.login.mutate({ email, password: 'wrong' }),
      client.auth.login.mutate({ email: newEmail(), password }),
      client.auth.register.mutate({ email, password }),
      client.auth.register.mutate({ email: newEmail(), password: 'short' }),
    ]
    const reasons = (await Promise.all(failures.map(refusalOf))).map(({ reason }) => reason)
    expect(reasons).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'EMAIL_TAKEN', 'VALIDATION_FAILED'])
    expect(await stands(me)).toBe(true)
  })

  test('takes no notice of a cookie that is none, has run out, or is of a session that has ended', async ({
    services,
    me,
  }) => {
    const subject = services.identity.tokens.verifyRefresh(me.refreshToken)
    const leaver = await testUser(services)
    await newBrowser(services, { refreshToken: leaver.refreshToken }).client.auth.logout.mutate()
    const cookies = [
      'garbage',
      me.accessToken,
      me.refreshToken.slice(0, -1),
      services.identity.tokens.signRefresh({ ...subject, expiresAt: new Date(Date.now() - 1_000) }),
      leaver.refreshToken,
    ]
    for (const refreshToken of cookies) {
      const events: SecurityEvent[] = []
      const { client } = newBrowser(services, { refreshToken, audit: (event) => events.push(event) })
      await client.auth.login.mutate({ email: me.email, password })
      expect(events.map(({ event }) => event)).toEqual(['signedIn'])
    }
    expect(await clientWith(services, me.accessToken).auth.me.query()).toEqual(me.user)
  })
})

describe('an access token', () => {
  test('is needed to call what is not public', async ({ services }) => {
    const { client } = newBrowser(services)
    const calls = [client.auth.me.query(), client.task.list.query(), client.tag.create.mutate({ name: 'x' })]
    for (const refusal of await Promise.all(calls.map(refusalOf))) {
      expect(refusal).toEqual({ ...unauthorized, reason: 'TOKEN_MISSING' })
    }
  })

  test('that is none is refused, and so is a refresh token', async ({
    me: { accessToken, refreshToken },
    services,
  }) => {
    for (const token of ['', 'x', `${accessToken}x`, accessToken.slice(0, -1), refreshToken]) {
      expect(await refusalOf(clientWith(services, token).auth.me.query())).toEqual({
        ...unauthorized,
        reason: 'TOKEN_INVALID',
      })
    }
  })

  test('of another secret is refused', async ({ services }) => {
    const other = testServices(services.db, { jwtSecret: 'another secret, of at least 32 characters' })
    const { accessToken } = await testUser(other)
    expect(await refusalOf(clientWith(services, accessToken).auth.me.query())).toMatchObject({
      reason: 'TOKEN_INVALID',
    })
    await other.close()
  })

  test('ends with its time', async ({ services }) => {
    const hasty = testServices(services.db, { accessTokenTtlSeconds: 1 })
    const { client } = await testUser(hasty)
    using _later = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 1_000)
    expect(await refusalOf(client.auth.me.query())).toEqual({ ...unauthorized, reason: 'TOKEN_EXPIRED' })
    await hasty.close()
  })

  test('of a session that has run out is SESSION_REVOKED', async ({ me: { user, email }, services }) => {
    const { accessToken } = await newBrowser(services).client.auth.login.mutate({ email, password })
    await services.db.$executeRaw`
      UPDATE sessions SET idle_expires_at = clock_timestamp(), expires_at = clock_timestamp()
      WHERE user_id = ${user.id}::uuid`
    expect(await refusalOf(clientWith(services, accessToken).auth.me.query())).toEqual({
      ...unauthorized,
      reason: 'SESSION_REVOKED',
    })
  })
})

describe('signing out', () => {
  test('clears the cookie and ends the session at once, and no other', async ({
    me: { user, email, accessToken, refreshToken },
    services,
  }) => {
    const other = await newBrowser(services).client.auth.login.mutate({ email, password })
    await clientWith(services, accessToken).auth.me.query()
    const { client, cookies } = newBrowser(services, { refreshToken })
    expect(await client.auth.logout.mutate()).toBeNull()
    expect(cookies).toEqual([null])
    expect(await refusalOf(clientWith(services, accessToken).auth.me.query())).toEqual({
      ...unauthorized,
      reason: 'SESSION_REVOKED',
    })
    expect(await clientWith(services, other.accessToken).auth.me.query()).toEqual(user)
  })

  test('breaks no call that is being checked in that moment', async ({ me: { user, email }, services }) => {
    const { accessToken } = await newBrowser(services).client.auth.login.mutate({ email, password })
    const call = clientWith(services, accessToken).auth.me.query()
    services.identity.sessionCheck.forget(user.id)
    expect(await call).toEqual(user)
  })

  test('twice, without a cookie or with one that is none, clears the cookie all the same', async ({
    me: { accessToken, refreshToken },
    services,
  }) => {
    for (const cookie of [null, 'garbage', accessToken, refreshToken, refreshToken]) {
      const { client, cookies } = newBrowser(services, { refreshToken: cookie })
      expect(await client.auth.logout.mutate()).toBeNull()
      expect(cookies).toEqual([null])
    }
  })
})

describe('another process', () => {
  test('refuses a session that has ended, and an account that was deactivated, within 5 seconds', async ({
    services,
  }) => {
    const other = testServices(services.db)
    const [leaver, inactive] = [await testUser(services), await testUser(services)]
    const refusalThere = ({ accessToken }: TestUser) => refusalOf(clientWith(other, accessToken).auth.me.query())
    for (const { accessToken, user } of [leaver, inactive]) {
      expect(await clientWith(other, accessToken).auth.me.query()).toEqual(user)
    }
    await newBrowser(services, { refreshToken: leaver.refreshToken }).client.auth.logout.mutate()
    await services.db.user.update({ where: { id: inactive.user.id }, data: { isActive: false } })
    const now = performance.now.bind(performance)
    using _later = vi.spyOn(performance, 'now').mockImplementation(() => now() + 4_000)
    expect(await refusalThere(leaver)).toEqual({ ...unauthorized, reason: 'SESSION_REVOKED' })
    expect(await refusalThere(inactive)).toEqual({ ...unauthorized, reason: 'ACCOUNT_INACTIVE' })
    await other.close()
  })
})

function secondsUntil(date: Date | undefined): number {
  return ((date?.getTime() ?? 0) - Date.now()) / 1_000
}
