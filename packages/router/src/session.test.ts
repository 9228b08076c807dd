import type { SecurityEvent } from '@taskwire/domain'
import { describe, expect } from 'vitest'
import type { Services } from './services.ts'
import { test as base } from './testing/fixture.ts'
import {
  clientWith,
  inProcessClient,
  refusalOf,
  sessionIdOf,
  type TestSession,
  type TestUser,
  testRefresh,
  testSession,
  testSignIn,
  testUser,
} from './testing/index.ts'

const test = base.extend('phone', { auto: true }, ({ services, me }) =>
  testSession(services, me.user.id, { userAgent: 'Phone', ip: '2001:db8::7' }),
)

async function expectSignedOut(services: Services, { accessToken, refreshToken }: TestSession): Promise<void> {
  expect(await refusalOf(clientWith(services, accessToken).auth.me.query())).toMatchObject({
    reason: 'SESSION_REVOKED',
  })
  const refresh = inProcessClient(services, { refreshToken }).auth.refresh.mutate()
  expect(await refusalOf(refresh)).toMatchObject({ reason: 'SESSION_REVOKED' })
}

async function expectSignedIn(me: TestUser, { accessToken, refreshToken }: TestSession): Promise<void> {
  expect(await clientWith(me.services, accessToken).auth.me.query()).toEqual(me.user)
  await testRefresh(me.services, refreshToken)
}

describe('the list of sessions', () => {
  test('shows where the user is signed in, the last used first, and which one asks', async ({
    me,
    phone,
    services,
  }) => {
    await services.db.$executeRaw`
      UPDATE sessions SET created_at = created_at - interval '1 hour', rotated_at = rotated_at - interval '1 hour',
        confirmed_at = NULL
      WHERE id = ${sessionIdOf(services, phone)}::uuid`
    const sessions = await me.client.session.list.query()
    expect(sessions).toEqual([
      { id: sessionIdOf(services, me), userAgent: 'vitest', ip: '127.0.0.1', current: true, ...dates() },
      { id: sessionIdOf(services, phone), userAgent: 'Phone', ip: '2001:db8::7', current: false, ...dates() },
    ])
    expect(Number(sessions[0]?.lastSeenAt) - Number(sessions[1]?.lastSeenAt)).toBeGreaterThan(3_000_000)
    const untilTheEnd = Number(sessions[0]?.expiresAt) - Date.now()
    expect(untilTheEnd).toBeGreaterThan(14 * 86_400_000 - 330_000)
    expect(untilTheEnd).toBeLessThanOrEqual(14 * 86_400_000)
    const onPhone = await clientWith(services, phone.accessToken).session.list.query()
    expect(onPhone.filter(({ current }) => current).map(({ id }) => id)).toEqual([sessionIdOf(services, phone)])
  })

  test('tells whoever shares a session nothing of its renewals: a thief would wait for his victim', async ({
    me,
    services,
  }) => {
    const listed = async () => (await me.client.session.list.query()).find(({ current }) => current)
    const aged = async () => services.db.$executeRaw`
      UPDATE sessions SET created_at = created_at - interval '1 hour', rotated_at = rotated_at - interval '1 hour',
        confirmed_at = NULL, idle_expires_at = idle_expires_at - interval '1 hour'
      WHERE id = ${sessionIdOf(services, me)}::uuid`
    const beforeAndAfter = async () => {
      await aged()
      const before = await listed()
      await testRefresh(services, me.refreshToken)
      return [before, await listed()]
    }
    // Once more where a step of 5 minutes has begun in between.
    let [before, after] = await beforeAndAfter()
    if (before?.lastSeenAt.getTime() !== after?.lastSeenAt.getTime()) {
      me = await testUser(services)
      ;[before, after] = await beforeAndAfter()
    }
    expect(after).toEqual(before)
  })

  test.for([
    { renewed: '10:03:00', used: null, lastSeen: '10:01:07' },
    { renewed: '10:04:59.999', used: '10:05:00', lastSeen: '10:05:00' },
    { renewed: '10:05:00', used: null, lastSeen: '10:05:00' },
    { renewed: '10:05:00', used: '10:09:59.999', lastSeen: '10:05:00' },
    { renewed: '10:14:00', used: null, lastSeen: '10:10:00' },
  ])(
    'tells in steps of 5 minutes when one was seen, so that nobody can wait for its next use: %o',
    async (times, { me, phone, services }) => {
      const [renewed, used, lastSeen] = [times.renewed, times.used, times.lastSeen].map((time) =>
        time === null ? null : new Date(`2026-01-02T${time}Z`),
      )
      await services.db.$executeRaw`
      UPDATE sessions SET created_at = '2026-01-02T10:01:07Z', rotated_at = ${renewed}, confirmed_at = ${used}
      WHERE id = ${sessionIdOf(services, phone)}::uuid`
      const listed = (await me.client.session.list.query()).find(({ id }) => id === sessionIdOf(services, phone))
      expect(listed?.lastSeenAt).toEqual(lastSeen)
    },
  )

  test('leaves out the sessions that have ended, and those of others', async ({ me, phone, services }) => {
    await testUser(services)
    const ended = [await testSignIn(services, me), await testSignIn(services, me), await testSignIn(services, me)]
    const [revoked, idle, over] = ended.map((session) => sessionIdOf(services, session))
    await services.db.$executeRaw`UPDATE sessions SET revoked_at = clock_timestamp() WHERE id = ${revoked}::uuid`
    await services.db.$executeRaw`UPDATE sessions SET idle_expires_at = clock_timestamp() WHERE id = ${idle}::uuid`
    await services.db.$executeRaw`
      UPDATE sessions SET idle_expires_at = clock_timestamp(), expires_at = clock_timestamp() WHERE id = ${over}::uuid`
    const ids = (await me.client.session.list.query()).map(({ id }) => id)
    expect(ids.sort()).toEqual([sessionIdOf(services, me), sessionIdOf(services, phone)].sort())
    for (const id of [revoked, idle, over]) {
      const again = me.client.session.revoke.mutate({ id: id ?? '' })
      expect(await refusalOf(again)).toMatchObject({ reason: 'NOT_FOUND' })
    }
  })

  function dates() {
    return { createdAt: expect.any(Date), lastSeenAt: expect.any(Date), expiresAt: expect.any(Date) }
  }
})

describe('of 50 sessions that are open', () => {
  const openSessions = (me: TestUser) =>
    me.services.db.session.count({ where: { userId: me.user.id, revokedAt: null } })

  test.beforeEach(async ({ me, phone, services }) => {
    // The phone was seen two hours ago, the others an hour ago or later; those that have ended do not count.
    await services.db.$executeRaw`
      INSERT INTO sessions (user_id, id, rotated_at, confirmed_at, idle_expires_at, expires_at, revoked_at)
      SELECT ${me.user.id}::uuid, gen_random_uuid(), now() - interval '5 hours', now() - n * interval '1 minute',
        now() + interval '1 day', now() + interval '1 day', CASE WHEN n > 48 THEN now() END
      FROM generate_series(1, 60) AS n`
    await services.db.$executeRaw`
      UPDATE sessions SET rotated_at = now() - interval '2 hours', confirmed_at = NULL WHERE id = ${sessionIdOf(services, phone)}::uuid`
    expect(await openSessions(me)).toBe(50)
  })

  test('the one seen least recently makes room for the next sign-in, at once and in the log', async ({
    me,
    services,
    phone,
  }) => {
    // This process remembers it.
    expect(await clientWith(services, phone.accessToken).auth.me.query()).toEqual(me.user)
    await services.db
      .$executeRaw`UPDATE sessions SET confirmed_at = NULL WHERE id = ${sessionIdOf(services, phone)}::uuid`
    const events: SecurityEvent[] = []
    const laptop = await testSignIn(services, me, { audit: (event) => events.push(event) })
    await expectSignedOut(services, phone)
    await expectSignedIn(me, me)
    await expectSignedIn(me, laptop)
    expect(await openSessions(me)).toBe(50)
    expect(events).toEqual([
      { event: 'signedIn', userId: me.user.id, sessionId: sessionIdOf(services, laptop) },
      { event: 'sessionRevoked', userId: me.user.id, sessionId: sessionIdOf(services, phone) },
    ])
  })

  test('one that is replaced makes room for its successor, and no other has to', async ({ me, phone, services }) => {
    await testSignIn(services, me, { refreshToken: me.refreshToken })
    await expectSignedOut(services, me)
    await expectSignedIn(me, phone)
    expect(await openSessions(me)).toBe(50)
  })

  test('none ends by a sign-in that fails, or by another user', async ({ me, services }) => {
    await refusalOf(testSignIn(services, { email: me.email, password: 'wrong' }))
    await testSignIn(services, await testUser(services))
    expect(await openSessions(me)).toBe(50)
  })
})

describe('ending sessions', () => {
  test('of a lost phone leaves the others', async ({ me, phone, services }) => {
    await expectSignedIn(me, phone)
    expect(await me.client.session.revoke.mutate({ id: sessionIdOf(services, phone) })).toBeNull()
    await expectSignedOut(services, phone)
    await expectSignedIn(me, me)
  })

  test('may be that of one’s own', async ({ me, phone, services }) => {
    await me.client.session.revoke.mutate({ id: sessionIdOf(services, me) })
    await expectSignedOut(services, me)
    await expectSignedIn(me, phone)
  })

  test('of all but one’s own says how many there were', async ({ me, phone, services }) => {
    await testSignIn(services, me)
    expect(await me.client.session.revokeOthers.mutate()).toEqual({ revoked: 2, apiTokens: 0 })
    await expectSignedOut(services, phone)
    await expectSignedIn(me, me)
    expect(await me.client.session.revokeOthers.mutate()).toEqual({ revoked: 0, apiTokens: 0 })
  })

  test('says how many API tokens go on working', async ({ me, services }) => {
    const { password } = me
    const hour = new Date(Date.now() + 3_600_000)
    for (const expiresAt of [null, hour, hour])
      await me.client.apiToken.create.mutate({ name: 'x', password, expiresAt })
    const [ended] = await me.client.apiToken.list.query()
    await me.client.apiToken.revoke.mutate({ id: ended?.id ?? '' })
    expect(await me.client.session.revokeOthers.mutate()).toEqual({ revoked: 1, apiTokens: 2 })
    await services.db.$executeRaw`
      UPDATE api_tokens SET expires_at = clock_timestamp() WHERE user_id = ${me.user.id}::uuid AND expires_at IS NOT NULL`
    expect(await me.client.session.revokeOthers.mutate()).toEqual({ revoked: 0, apiTokens: 1 })
  })

  test('is for one’s own alone', async ({ me, phone, services }) => {
    const other = await testUser(services)
    for (const id of [sessionIdOf(services, me), crypto.randomUUID()]) {
      expect(await refusalOf(other.client.session.revoke.mutate({ id }))).toMatchObject({
        reason: 'NOT_FOUND',
        httpStatus: 404,
      })
    }
    expect(await other.client.session.revokeOthers.mutate()).toEqual({ revoked: 0, apiTokens: 0 })
    await expectSignedIn(me, me)
    await expectSignedIn(me, phone)
  })
})
