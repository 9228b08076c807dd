import { describe, expect } from 'vitest'
import type { Services } from './services.ts'
import { test } from './testing/fixture.ts'
import {
  ageSessions,
  clientWith,
  inProcessClient,
  refusalOf,
  type TestSession,
  type TestUser,
  testRefresh,
  testServices,
  testSession,
  testSignIn,
} from './testing/index.ts'

function refusalWith(services: Services, refreshToken: string | null) {
  return refusalOf(inProcessClient(services, { refreshToken }).auth.refresh.mutate())
}

/** Uses an access token, which confirms its generation. */
function call(services: Services, accessToken: string) {
  return clientWith(services, accessToken).auth.me.query()
}

async function readSession(me: TestUser) {
  const [session] = await me.services.db.$queryRaw<
    {
      generation: number
      parent: number | null
      confirmed: boolean
      revoked: boolean
      idleSeconds: number
      age: number
    }[]
  >`
    SELECT generation, parent, confirmed_at IS NOT NULL AS confirmed, revoked_at IS NOT NULL AS revoked,
      round(extract(epoch FROM idle_expires_at - clock_timestamp()))::int AS "idleSeconds",
      extract(epoch FROM clock_timestamp() - rotated_at)::float8 AS age
    FROM sessions WHERE user_id = ${me.user.id}::uuid`
  if (session === undefined) throw new Error('There is no session')
  return session
}

async function expectEnded(me: TestUser, ...refreshTokens: string[]): Promise<void> {
  for (const token of refreshTokens)
    expect(await refusalWith(me.services, token)).toMatchObject({ reason: 'SESSION_REVOKED', httpStatus: 401 })
  expect(await readSession(me)).toMatchObject({ revoked: true })
}

describe('the current refresh token', () => {
  // To the second in the test of `decideRefresh`: here a busy machine may take some of them itself.
  test('comes back unchanged until it is 30 s old, with a new access token', async ({ me, services }) => {
    await ageSessions(me, 20)
    const { refreshToken, accessToken } = await testRefresh(services, me.refreshToken)
    expect(refreshToken).toBe(me.refreshToken)
    expect(await call(services, accessToken)).toEqual(me.user)
    expect(await readSession(me)).toMatchObject({ generation: 1, revoked: false })
  })

  test('is replaced once it is 30 s old, and the session lives on for its idle time', async ({ me, services }) => {
    await services.db.$executeRaw`
      UPDATE sessions SET idle_expires_at = clock_timestamp() + interval '1 hour' WHERE user_id = ${me.user.id}::uuid`
    await call(services, me.accessToken)
    await ageSessions(me, 30)
    const { refreshToken, accessToken } = await testRefresh(services, me.refreshToken)
    expect(refreshToken).not.toBe(me.refreshToken)
    expect(await call(services, accessToken)).toEqual(me.user)
    const session = await readSession(me)
    expect(session).toMatchObject({ generation: 2, parent: 1, revoked: false, confirmed: true })
    expect(session.age).toBeLessThan(10)
    expect(session.idleSeconds).toBeCloseTo(14 * 86_400, -2)
  })

  test('is replaced once, by however many tabs at once, and all of them get the same', async ({ me, services }) => {
    await ageSessions(me, 60)
    const tabs = await Promise.all(Array.from({ length: 30 }, () => testRefresh(services, me.refreshToken)))
    expect(new Set(tabs.map(({ refreshToken }) => refreshToken)).size).toBe(1)
    expect(await readSession(me)).toMatchObject({ generation: 2, revoked: false })
    for (const { accessToken } of tabs.slice(0, 3)) expect(await call(services, accessToken)).toEqual(me.user)
  })

  test('answers with who is signed in, and sets the cookie until the absolute end of the session', async ({
    me,
    services,
  }) => {
    const cookies: unknown[] = []
    const client = inProcessClient(services, {
      refreshToken: me.refreshToken,
      setRefreshToken: (token) => cookies.push(token),
    })
    const answer = await client.auth.refresh.mutate()
    expect(answer).toEqual({
      user: me.user,
      accessToken: expect.any(String),
      accessTokenExpiresAt: expect.any(Date),
    })
    const { expiresAt } = await services.db.session.findFirstOrThrow({ where: { userId: me.user.id } })
    expect(cookies).toEqual([{ token: me.refreshToken, expiresAt }])
  })
})

describe('the refresh token before', () => {
  test('brings the current one within 30 s of its making, used or not: it is another tab', async ({ me, services }) => {
    await ageSessions(me, 60)
    const { refreshToken, accessToken } = await testRefresh(services, me.refreshToken)
    expect((await testRefresh(services, me.refreshToken)).refreshToken).toBe(refreshToken)
    await call(services, accessToken)
    await ageSessions(me, 20)
    expect((await testRefresh(services, me.refreshToken)).refreshToken).toBe(refreshToken)
    expect(await readSession(me)).toMatchObject({ generation: 2, revoked: false })
  })

  test.for([30, 3_600, 10 * 86_400])(
    'brings a new one %i s later, where nothing of the current one was used: its answer was lost',
    async (seconds, { me, services }) => {
      await services.db.$executeRaw`
        UPDATE sessions SET idle_expires_at = clock_timestamp() + interval '1 hour' WHERE user_id = ${me.user.id}::uuid`
      await ageSessions(me, 60)
      const lost = await testRefresh(services, me.refreshToken)
      await ageSessions(me, seconds)
      const found = await testRefresh(services, me.refreshToken)
      expect([lost.refreshToken, me.refreshToken]).not.toContain(found.refreshToken)
      const session = await readSession(me)
      expect(session).toMatchObject({ generation: 3, parent: 1, revoked: false, confirmed: false })
      expect(session.age).toBeLessThan(10)
      expect(session.idleSeconds).toBeCloseTo(14 * 86_400, -2)
      expect(await call(services, found.accessToken)).toEqual(me.user)
      expect(await readSession(me)).toMatchObject({ generation: 3, revoked: false, confirmed: true })
    },
  )

  test('brings a new one each time that its answer is lost again', async ({ me, services }) => {
    await ageSessions(me, 60)
    for (const generation of [2, 3, 4, 5]) {
      await testRefresh(services, me.refreshToken)
      expect(await readSession(me)).toMatchObject({ generation, parent: 1, revoked: false })
      await ageSessions(me, 40)
    }
    const { accessToken, refreshToken } = await testRefresh(services, me.refreshToken)
    expect(await call(services, accessToken)).toEqual(me.user)
    await ageSessions(me, 60)
    await testRefresh(services, refreshToken)
    expect(await readSession(me)).toMatchObject({ generation: 7, parent: 6, revoked: false })
  })

  test('signs out neither of two tabs that race after an answer was lost for over 30 s', async ({ me, services }) => {
    await ageSessions(me, 60)
    await testRefresh(services, me.refreshToken)
    await ageSessions(me, 60)
    const first = await testRefresh(services, me.refreshToken)
    expect(await call(services, first.accessToken)).toEqual(me.user)
    const second = await testRefresh(services, me.refreshToken)
    expect(second.refreshToken).toBe(first.refreshToken)
    expect(await call(services, second.accessToken)).toEqual(me.user)
    expect(await readSession(me)).toMatchObject({ generation: 3, revoked: false })
  })

  test('makes one new one, however many tabs race, and all of them get the same', async ({ me, services }) => {
    await ageSessions(me, 60)
    await testRefresh(services, me.refreshToken)
    await ageSessions(me, 60)
    const tabs = await Promise.all(Array.from({ length: 30 }, () => testRefresh(services, me.refreshToken)))
    expect(new Set(tabs.map(({ refreshToken }) => refreshToken)).size).toBe(1)
    expect(await readSession(me)).toMatchObject({ generation: 3, parent: 1, revoked: false })
  })

  test('ends the session past 30 s, where the current one was used: one of the two is a copy', async ({
    me,
    services,
  }) => {
    await ageSessions(me, 60)
    const { refreshToken, accessToken } = await testRefresh(services, me.refreshToken)
    await ageSessions(me, 31)
    await call(services, accessToken)
    await expectEnded(me, me.refreshToken, refreshToken)
  })

  test('is not taken for a copy because a process first sees an access token of before', async ({ me, services }) => {
    await ageSessions(me, 60)
    await testRefresh(services, me.refreshToken)
    await ageSessions(me, 60)
    const other = testServices(services.db)
    expect(await call(other, me.accessToken)).toEqual(me.user)
    await other.close()
    expect(await readSession(me)).toMatchObject({ generation: 2, confirmed: false })
    await testRefresh(services, me.refreshToken)
    expect(await readSession(me)).toMatchObject({ generation: 3, revoked: false })
  })

  test('ends no other session of the user', async ({ me, services }) => {
    const elsewhere = await testSignIn(services, me)
    await services.db.$executeRaw`
      UPDATE sessions SET rotated_at = rotated_at - interval '60 s', generation = 7 WHERE user_id = ${me.user.id}::uuid`
    expect(await refusalWith(services, me.refreshToken)).toMatchObject({ reason: 'SESSION_REVOKED' })
    expect(await call(services, elsewhere.accessToken)).toEqual(me.user)
    const stands = { userId: me.user.id, revokedAt: null }
    expect(await services.db.session.count({ where: stands })).toBe(1)
  })
})

describe('a token that was skipped', () => {
  let skipped: TestSession
  let current: TestSession
  test.beforeEach(async ({ me, services }) => {
    await ageSessions(me, 60)
    skipped = await testRefresh(services, me.refreshToken)
    await ageSessions(me, 60)
    current = await testRefresh(services, me.refreshToken)
  })

  test('is never served again: who shows it ends the session, however soon', async ({ me, services }) => {
    await call(services, current.accessToken)
    await expectEnded(me, skipped.refreshToken, current.refreshToken, me.refreshToken)
  })

  test('leaves its access token the rest of its 15 minutes, which confirms nothing', async ({ me, services }) => {
    const other = testServices(services.db)
    expect(await call(other, skipped.accessToken)).toEqual(me.user)
    await other.close()
    expect(await readSession(me)).toMatchObject({ generation: 3, confirmed: false })
  })
})

describe('a thief who has copied the cookie', () => {
  test('and refreshes first, waits until his victim has come, and uses his own successor is found then', async ({
    me,
    services,
  }) => {
    await ageSessions(me, 60)
    const thief = await testRefresh(services, me.refreshToken)
    await ageSessions(me, 60)
    const victim = await testRefresh(services, me.refreshToken)
    await call(services, victim.accessToken)
    await ageSessions(me, 60)
    await expectEnded(me, thief.refreshToken, victim.refreshToken)
  })

  test('and uses what it brings is found when his victim comes: all are out at once', async ({ me, services }) => {
    await ageSessions(me, 60)
    const thief = await testRefresh(services, me.refreshToken)
    await call(services, thief.accessToken)
    await ageSessions(me, 60)
    await refusalWith(services, me.refreshToken)
    for (const { accessToken } of [thief, me]) {
      expect(await refusalOf(call(services, accessToken))).toMatchObject({ reason: 'SESSION_REVOKED' })
    }
  })
})

describe('a token that is two generations old, or none at all', () => {
  test('ends the session, however soon', async ({ me, services }) => {
    await ageSessions(me, 60)
    const second = await testRefresh(services, me.refreshToken)
    await ageSessions(me, 60)
    const third = await testRefresh(services, second.refreshToken)
    await expectEnded(me, me.refreshToken, second.refreshToken, third.refreshToken)
  })

  test('of a generation that is yet to come ends the session', async ({ me, services }) => {
    const { userId, sessionId, generation } = services.identity.tokens.verifyRefresh(me.refreshToken)
    const expiresAt = new Date(Date.now() + 86_400_000)
    const fromTheFuture = services.identity.tokens.signRefresh({
      userId,
      sessionId,
      generation: generation + 1,
      expiresAt,
    })
    await expectEnded(me, fromTheFuture, me.refreshToken)
  })

  test.for<[string, (user: TestUser) => string | null, string]>([
    ['forged by another secret', (user) => forge(user, {}), 'TOKEN_INVALID'],
    ['forged, of a generation to come', (user) => forge(user, { generation: 9 }), 'TOKEN_INVALID'],
    ['that has been cut', (user) => user.refreshToken.slice(0, -1), 'TOKEN_INVALID'],
    ['that is an access token', (user) => user.accessToken, 'TOKEN_INVALID'],
    ['that is garbage', () => 'garbage', 'TOKEN_INVALID'],
    ['that has expired', (user) => resign(user, { expiresAt: new Date(0) }), 'TOKEN_EXPIRED'],
    ['of a session that never was', (user) => resign(user, { sessionId: user.user.id }), 'SESSION_REVOKED'],
    ["of another user's session", (user) => resign(user, { userId: crypto.randomUUID() }), 'SESSION_REVOKED'],
    ['that is missing', () => null, 'TOKEN_MISSING'],
  ])('a token %s ends nothing', async ([_, token, reason], { me, services }) => {
    expect(await refusalWith(services, token(me))).toMatchObject({ reason, httpStatus: 401 })
    expect(await readSession(me)).toMatchObject({ generation: 1, revoked: false })
    expect((await testRefresh(services, me.refreshToken)).refreshToken).toBe(me.refreshToken)
  })

  function resign(
    { services, refreshToken }: TestUser,
    changes: Partial<Parameters<Services['identity']['tokens']['signRefresh']>[0]>,
    signer = services,
  ): string {
    const subject = services.identity.tokens.verifyRefresh(refreshToken)
    return signer.identity.tokens.signRefresh({ ...subject, expiresAt: new Date(Date.now() + 86_400_000), ...changes })
  }

  function forge(user: TestUser, changes: { generation?: number }): string {
    const stranger = testServices(user.services.db, { jwtSecret: 'another secret, of at least 32 characters' })
    return resign(user, changes, stranger)
  }
})

describe('a session', () => {
  const ends: [string, (me: TestUser) => Promise<unknown>][] = [
    [
      'at its idle end',
      ({ services, user }) => services.db.$executeRaw`
        UPDATE sessions SET idle_expires_at = clock_timestamp() WHERE user_id = ${user.id}::uuid`,
    ],
    [
      'at its absolute end',
      ({ services, user }) => services.db.$executeRaw`
        UPDATE sessions SET idle_expires_at = clock_timestamp(), expires_at = clock_timestamp()
        WHERE user_id = ${user.id}::uuid`,
    ],
    [
      'when it is revoked',
      ({ services, user }) => services.db.$executeRaw`
        UPDATE sessions SET revoked_at = clock_timestamp() WHERE user_id = ${user.id}::uuid`,
    ],
    ['with its account', ({ services, user }) => services.db.user.delete({ where: { id: user.id } })],
  ]

  test.for(ends)('ends %s, for refresh tokens and access tokens alike', async ([_, end], { me, services }) => {
    await end(me)
    services.identity.sessionCheck.forget(me.user.id)
    expect(await refusalWith(services, me.refreshToken)).toMatchObject({ reason: 'SESSION_REVOKED', httpStatus: 401 })
    await ageSessions(me, 60)
    expect(await refusalWith(services, me.refreshToken)).toMatchObject({ reason: 'SESSION_REVOKED' })
    expect(await refusalOf(call(services, me.accessToken))).toMatchObject({ reason: 'SESSION_REVOKED' })
  })

  test('never outlives its absolute end by being used', async ({ me, services }) => {
    await services.db.$executeRaw`
      UPDATE sessions SET expires_at = clock_timestamp() + interval '1 hour', idle_expires_at = clock_timestamp() + interval '1 minute'
      WHERE user_id = ${me.user.id}::uuid`
    await ageSessions(me, 60)
    await testRefresh(services, me.refreshToken)
    expect((await readSession(me)).idleSeconds).toBeCloseTo(3_600, -2)
  })

  test('of a user who is not active waits for better times', async ({ me, services }) => {
    await services.db.user.update({ where: { id: me.user.id }, data: { isActive: false } })
    for (const seconds of [0, 60]) {
      await ageSessions(me, seconds)
      expect(await refusalWith(services, me.refreshToken)).toMatchObject({
        reason: 'ACCOUNT_INACTIVE',
        httpStatus: 401,
      })
    }
    await services.db.user.update({ where: { id: me.user.id }, data: { isActive: true } })
    await testRefresh(services, me.refreshToken)
    expect(await readSession(me)).toMatchObject({ generation: 2, revoked: false })
  })

  test('that is signed out of while it refreshes ends signed out', async ({ me, services }) => {
    for (let round = 0; round < 10; round += 1) {
      const session = await testSession(services, me.user.id)
      await ageSessions(me, 60)
      const { sessionId } = services.identity.tokens.verifyRefresh(session.refreshToken)
      const refreshes = Array.from({ length: 4 }, () => testRefresh(services, session.refreshToken))
      const logout = inProcessClient(services, { refreshToken: session.refreshToken }).auth.logout.mutate()
      const [answers] = await Promise.all([
        Promise.allSettled(refreshes.concat(testRefresh(services, session.refreshToken))),
        logout,
      ])
      const { revokedAt } = await services.db.session.findFirstOrThrow({ where: { id: sessionId } })
      expect(revokedAt).not.toBeNull()
      services.identity.sessionCheck.forget(me.user.id)
      const held = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
      for (const { refreshToken, accessToken } of [session, ...held]) {
        expect(await refusalWith(services, refreshToken)).toMatchObject({ reason: 'SESSION_REVOKED' })
        expect(await refusalOf(call(services, accessToken))).toMatchObject({ reason: 'SESSION_REVOKED' })
      }
    }
  })
})

describe('a page that has just been opened', () => {
  test('is told without a failure that nobody is signed in', async ({ services }) => {
    const cookies: unknown[] = []
    const { auth } = inProcessClient(services, { setRefreshToken: (token) => cookies.push(token) })
    expect(await auth.restore.mutate()).toBeNull()
    expect(cookies).toEqual([])
  })

  test('goes on with the session of its cookie, as by a refresh', async ({ me, services }) => {
    await call(services, me.accessToken)
    await ageSessions(me, 60)
    const cookies: ({ token: string } | null)[] = []
    const { auth } = inProcessClient(services, {
      refreshToken: me.refreshToken,
      setRefreshToken: (token) => cookies.push(token),
    })
    const restored = await auth.restore.mutate()
    expect(restored).toEqual({
      user: me.user,
      accessToken: expect.any(String),
      accessTokenExpiresAt: expect.any(Date),
    })
    expect(await call(services, restored?.accessToken ?? '')).toEqual(me.user)
    expect(cookies).toEqual([{ token: expect.any(String), expiresAt: expect.any(Date) }])
    expect(cookies[0]?.token).not.toBe(me.refreshToken)
    expect(await readSession(me)).toMatchObject({ generation: 2, parent: 1 })
  })

  test('is told why the session of its cookie is over', async ({ me, services }) => {
    const restoreBy = (refreshToken: string) =>
      refusalOf(inProcessClient(services, { refreshToken }).auth.restore.mutate())
    expect(await restoreBy('no token')).toMatchObject({ reason: 'TOKEN_INVALID', httpStatus: 401 })
    await inProcessClient(services, { refreshToken: me.refreshToken }).auth.logout.mutate()
    expect(await restoreBy(me.refreshToken)).toMatchObject({ reason: 'SESSION_REVOKED', httpStatus: 401 })
  })
})

describe('a server that renders a page', () => {
  /** What it gets by the cookie that it was sent, and what it would have to set. */
  async function visit(services: Services, refreshToken: string) {
    const cookies: unknown[] = []
    const { auth } = inProcessClient(services, { refreshToken, setRefreshToken: (token) => cookies.push(token) })
    const answer = await auth.restore.mutate({ renew: false })
    if (answer === null) throw new Error('There was a cookie')
    return { ...answer, cookies }
  }

  test('is told who is signed in, and the cookie stays what it is, however old', async ({ me, services }) => {
    await ageSessions(me, 3_600)
    const { user, accessToken, accessTokenExpiresAt, cookies } = await visit(services, me.refreshToken)
    expect(user).toEqual(me.user)
    expect(cookies).toEqual([])
    expect(accessTokenExpiresAt.getTime() - Date.now()).toBeLessThanOrEqual(120_000)
    expect(await call(services, accessToken)).toEqual(me.user)
    expect(await readSession(me)).toMatchObject({ generation: 1, revoked: false })
    await testRefresh(services, me.refreshToken)
  })

  test('signs nobody out by using what it got while an answer to the browser was lost', async ({ me, services }) => {
    await call(services, me.accessToken)
    await ageSessions(me, 60)
    await testRefresh(services, me.refreshToken)
    for (let count = 0; count < 3; count += 1) {
      await ageSessions(me, 60)
      const { accessToken } = await visit(services, me.refreshToken)
      await call(services, accessToken)
      expect(await readSession(me)).toMatchObject({ generation: 2, confirmed: false, revoked: false })
    }
    const { accessToken } = await testRefresh(services, me.refreshToken)
    expect(await call(services, accessToken)).toEqual(me.user)
  })

  test('is found when it shows a copy that the browser has gone on from', async ({ me, services }) => {
    await ageSessions(me, 60)
    const { accessToken, refreshToken } = await testRefresh(services, me.refreshToken)
    await call(services, accessToken)
    await ageSessions(me, 60)
    await expect(visit(services, me.refreshToken)).rejects.toMatchObject({ data: { reason: 'SESSION_REVOKED' } })
    await expectEnded(me, refreshToken)
  })

  test('keeps the session from ending for want of use, with a write now and then', async ({ me, services }) => {
    const idleIn = (interval: string) => services.db.$executeRaw`
      UPDATE sessions SET idle_expires_at = clock_timestamp() + ${interval}::interval WHERE user_id = ${me.user.id}::uuid`
    await idleIn('1 hour')
    await visit(services, me.refreshToken)
    expect((await readSession(me)).idleSeconds).toBeCloseTo(14 * 86_400, -2)
    await idleIn('13 days')
    await visit(services, me.refreshToken)
    expect((await readSession(me)).idleSeconds).toBeCloseTo(13 * 86_400, -2)
  })

  test('keeps no session beyond its absolute end', async ({ me, services }) => {
    await services.db.$executeRaw`
      UPDATE sessions
      SET expires_at = clock_timestamp() + interval '1 hour', idle_expires_at = clock_timestamp() + interval '1 minute'
      WHERE user_id = ${me.user.id}::uuid`
    await visit(services, me.refreshToken)
    expect((await readSession(me)).idleSeconds).toBeCloseTo(3_600, -2)
  })

  test('uses up none of the refreshes that the session lives by', async ({ me, services }) => {
    for (let count = 0; count < 100; count += 1) await visit(services, me.refreshToken)
    expect((await testRefresh(services, me.refreshToken)).refreshToken).toBe(me.refreshToken)
  })

  test('is refused with a session that has ended, and an account that is not active', async ({ me, services }) => {
    await services.db.$executeRaw`UPDATE users SET is_active = false WHERE id = ${me.user.id}::uuid`
    await expect(visit(services, me.refreshToken)).rejects.toMatchObject({ data: { reason: 'ACCOUNT_INACTIVE' } })
    await services.db.$executeRaw`UPDATE users SET is_active = true WHERE id = ${me.user.id}::uuid`
    await inProcessClient(services, { refreshToken: me.refreshToken }).auth.logout.mutate()
    await expect(visit(services, me.refreshToken)).rejects.toMatchObject({ data: { reason: 'SESSION_REVOKED' } })
  })
})

test('a page of another site cannot refresh or sign out by the cookie', async ({ me, services }) => {
  const { auth } = inProcessClient(services, { refreshToken: me.refreshToken, crossSite: true })
  for (const call of [auth.refresh.mutate, auth.restore.mutate, auth.logout.mutate]) {
    expect(await refusalOf(call())).toMatchObject({ reason: 'CROSS_SITE', httpStatus: 403 })
  }
  expect(await readSession(me)).toMatchObject({ revoked: false })
})
