import type { SecurityEvent } from '@taskwire/domain'
import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  inProcessClient,
  refusalOf,
  type TestSession,
  type TestUser,
  testRefresh,
  testServices,
  testSignIn,
  testUser,
} from './testing/index.ts'

let services: ReturnType<typeof testServices>
let me: TestUser
let phone: TestSession
beforeAll(async () => {
  services = testServices((await testDatabase()).client)
})
beforeEach(async () => {
  me = await testUser(services)
  phone = await testSignIn(services, me, { device: { userAgent: 'Phone', ip: '2001:db8::7' } })
})
afterAll(() => services.close())

const clientWith = (bearerToken: string) => inProcessClient(services, { bearerToken })
const idOf = ({ refreshToken }: TestSession) => services.tokens.verifyRefresh(refreshToken).sessionId

async function expectSignedOut({ accessToken, refreshToken }: TestSession): Promise<void> {
  expect(await refusalOf(clientWith(accessToken).auth.me.query())).toMatchObject({ reason: 'SESSION_REVOKED' })
  const refresh = inProcessClient(services, { refreshToken }).auth.refresh.mutate()
  expect(await refusalOf(refresh)).toMatchObject({ reason: 'SESSION_REVOKED' })
}

async function expectSignedIn({ accessToken, refreshToken }: TestSession): Promise<void> {
  expect(await clientWith(accessToken).auth.me.query()).toEqual(me.user)
  await testRefresh(services, refreshToken)
}

describe('the list of sessions', () => {
  test('shows where the user is signed in, the last used first, and which one asks', async () => {
    await services.db.$executeRaw`
      UPDATE sessions SET created_at = created_at - interval '1 hour', rotated_at = rotated_at - interval '1 hour',
        confirmed_at = NULL
      WHERE id = ${idOf(phone)}::uuid`
    const sessions = await me.client.session.list.query()
    expect(sessions).toEqual([
      { id: idOf(me), userAgent: 'vitest', ip: '127.0.0.1', current: true, ...dates() },
      { id: idOf(phone), userAgent: 'Phone', ip: '2001:db8::7', current: false, ...dates() },
    ])
    expect(Number(sessions[0]?.lastSeenAt) - Number(sessions[1]?.lastSeenAt)).toBeGreaterThan(3_000_000)
    const untilTheEnd = Number(sessions[0]?.expiresAt) - Date.now()
    expect(untilTheEnd).toBeGreaterThan(14 * 86_400_000 - 330_000)
    expect(untilTheEnd).toBeLessThanOrEqual(14 * 86_400_000)
    const onPhone = await clientWith(phone.accessToken).session.list.query()
    expect(onPhone.filter(({ current }) => current).map(({ id }) => id)).toEqual([idOf(phone)])
  })

  test('tells whoever shares a session nothing of its renewals: a thief would wait for his victim', async () => {
    const listed = async () => (await me.client.session.list.query()).find(({ current }) => current)
    const aged = async () => services.db.$executeRaw`
      UPDATE sessions SET created_at = created_at - interval '1 hour', rotated_at = rotated_at - interval '1 hour',
        confirmed_at = NULL, idle_expires_at = idle_expires_at - interval '1 hour'
      WHERE id = ${idOf(me)}::uuid`
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

  test.each([
    { renewed: '10:03:00', used: null, lastSeen: '10:01:07' },
    { renewed: '10:04:59.999', used: '10:05:00', lastSeen: '10:05:00' },
    { renewed: '10:05:00', used: null, lastSeen: '10:05:00' },
    { renewed: '10:05:00', used: '10:09:59.999', lastSeen: '10:05:00' },
    { renewed: '10:14:00', used: null, lastSeen: '10:10:00' },
  ])('tells in steps of 5 minutes when one was seen, so that nobody can wait for its next use: %o', async (times) => {
    const [renewed, used, lastSeen] = [times.renewed, times.used, times.lastSeen].map((time) =>
      time === null ? null : new Date(`2026-01-02T${time}Z`),
    )
    await services.db.$executeRaw`
      UPDATE sessions SET created_at = '2026-01-02T10:01:07Z', rotated_at = ${renewed}, confirmed_at = ${used}
      WHERE id = ${idOf(phone)}::uuid`
    const listed = (await me.client.session.list.query()).find(({ id }) => id === idOf(phone))
    expect(listed?.lastSeenAt).toEqual(lastSeen)
  })

  test('leaves out the sessions that have ended, and those of others', async () => {
    await testUser(services)
    const ended = [await testSignIn(services, me), await testSignIn(services, me), await testSignIn(services, me)]
    const [revoked, idle, over] = ended.map(idOf)
    await services.db.$executeRaw`UPDATE sessions SET revoked_at = clock_timestamp() WHERE id = ${revoked}::uuid`
    await services.db.$executeRaw`UPDATE sessions SET idle_expires_at = clock_timestamp() WHERE id = ${idle}::uuid`
    await services.db.$executeRaw`
      UPDATE sessions SET idle_expires_at = clock_timestamp(), expires_at = clock_timestamp() WHERE id = ${over}::uuid`
    const ids = (await me.client.session.list.query()).map(({ id }) => id)
    expect(ids.sort()).toEqual([idOf(me), idOf(phone)].sort())
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
  const openSessions = () => services.db.session.count({ where: { userId: me.user.id, revokedAt: null } })

  beforeEach(async () => {
    // The phone was seen two hours ago, the others an hour ago or later; those that have ended do not count.
    await services.db.$executeRaw`
      INSERT INTO sessions (user_id, id, rotated_at, confirmed_at, idle_expires_at, expires_at, revoked_at)
      SELECT ${me.user.id}::uuid, gen_random_uuid(), now() - interval '5 hours', now() - n * interval '1 minute',
        now() + interval '1 day', now() + interval '1 day', CASE WHEN n > 48 THEN now() END
      FROM generate_series(1, 60) AS n`
    await services.db.$executeRaw`
      UPDATE sessions SET rotated_at = now() - interval '2 hours', confirmed_at = NULL WHERE id = ${idOf(phone)}::uuid`
    expect(await openSessions()).toBe(50)
  })

  test('the one seen least recently makes room for the next sign-in, at once and in the log', async () => {
    // This process remembers it.
    expect(await clientWith(phone.accessToken).auth.me.query()).toEqual(me.user)
    await services.db.$executeRaw`UPDATE sessions SET confirmed_at = NULL WHERE id = ${idOf(phone)}::uuid`
    const events: SecurityEvent[] = []
    const laptop = await testSignIn(services, me, { audit: (event) => events.push(event) })
    await expectSignedOut(phone)
    await expectSignedIn(me)
    await expectSignedIn(laptop)
    expect(await openSessions()).toBe(50)
    expect(events).toEqual([
      { event: 'signedIn', userId: me.user.id, sessionId: idOf(laptop) },
      { event: 'sessionRevoked', userId: me.user.id, sessionId: idOf(phone) },
    ])
  })

  test('one that is replaced makes room for its successor, and no other has to', async () => {
    await testSignIn(services, me, { refreshToken: me.refreshToken })
    await expectSignedOut(me)
    await expectSignedIn(phone)
    expect(await openSessions()).toBe(50)
  })

  test('none ends by a sign-in that fails, or by another user', async () => {
    await refusalOf(testSignIn(services, { email: me.email, password: 'wrong' }))
    await testSignIn(services, await testUser(services))
    expect(await openSessions()).toBe(50)
  })
})

describe('ending sessions', () => {
  test('of a lost phone leaves the others', async () => {
    await expectSignedIn(phone)
    expect(await me.client.session.revoke.mutate({ id: idOf(phone) })).toBeNull()
    await expectSignedOut(phone)
    await expectSignedIn(me)
  })

  test('may be that of one’s own', async () => {
    await me.client.session.revoke.mutate({ id: idOf(me) })
    await expectSignedOut(me)
    await expectSignedIn(phone)
  })

  test('of all but one’s own says how many there were', async () => {
    await testSignIn(services, me)
    expect(await me.client.session.revokeOthers.mutate()).toEqual({ revoked: 2, apiTokens: 0 })
    await expectSignedOut(phone)
    await expectSignedIn(me)
    expect(await me.client.session.revokeOthers.mutate()).toEqual({ revoked: 0, apiTokens: 0 })
  })

  test('says how many API tokens go on working', async () => {
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

  test('is for one’s own alone', async () => {
    const other = await testUser(services)
    for (const id of [idOf(me), crypto.randomUUID()]) {
      expect(await refusalOf(other.client.session.revoke.mutate({ id }))).toMatchObject({
        reason: 'NOT_FOUND',
        httpStatus: 404,
      })
    }
    expect(await other.client.session.revokeOthers.mutate()).toEqual({ revoked: 0, apiTokens: 0 })
    await expectSignedIn(me)
    await expectSignedIn(phone)
  })
})
