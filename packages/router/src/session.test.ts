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
    await me.client.auth.me.query()
    await services.db.$executeRaw`
      UPDATE sessions SET rotated_at = rotated_at - interval '1 hour', confirmed_at = NULL WHERE id = ${idOf(me)}::uuid`
    const sessions = await me.client.session.list.query()
    expect(sessions).toEqual([
      { id: idOf(phone), userAgent: 'Phone', ip: '2001:db8::7', current: false, ...dates() },
      { id: idOf(me), userAgent: 'vitest', ip: '127.0.0.1', current: true, ...dates() },
    ])
    expect(Number(sessions[0]?.lastSeenAt) - Number(sessions[1]?.lastSeenAt)).toBeGreaterThan(3_000_000)
    expect(Number(sessions[0]?.expiresAt) - Date.now()).toBeCloseTo(14 * 86_400_000, -5)
    expect((await clientWith(phone.accessToken).session.list.query()).map(({ current }) => current)).toEqual([
      true,
      false,
    ])
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
    expect(await me.client.session.revokeOthers.mutate()).toEqual({ revoked: 2 })
    await expectSignedOut(phone)
    await expectSignedIn(me)
    expect(await me.client.session.revokeOthers.mutate()).toEqual({ revoked: 0 })
  })

  test('is for one’s own alone', async () => {
    const other = await testUser(services)
    for (const id of [idOf(me), crypto.randomUUID()]) {
      expect(await refusalOf(other.client.session.revoke.mutate({ id }))).toMatchObject({
        reason: 'NOT_FOUND',
        httpStatus: 404,
      })
    }
    expect(await other.client.session.revokeOthers.mutate()).toEqual({ revoked: 0 })
    await expectSignedIn(me)
    await expectSignedIn(phone)
  })
})
