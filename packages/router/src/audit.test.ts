import type { SecurityEvent } from '@taskwire/domain'
import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RequestInfo } from './context.ts'
import { createInnerContext } from './context.ts'
import { createOperatorCaller } from './operator.ts'
import {
  externalIssuer,
  externalToken,
  inProcessClient,
  refusalOf,
  type TestUser,
  testRefresh,
  testServices,
  testSignIn,
  testUser,
} from './testing/index.ts'

let services: ReturnType<typeof testServices>
let me: TestUser
let events: SecurityEvent[]
beforeAll(async () => {
  services = testServices((await testDatabase()).client, { externalIssuer })
})
beforeEach(async () => {
  me = await testUser(services)
  events = []
})
afterAll(() => services.close())

const audit: RequestInfo['audit'] = (event) => events.push(event)
const sessionIdOf = ({ refreshToken }: { refreshToken: string }) =>
  services.tokens.verifyRefresh(refreshToken).sessionId
const asMe = (server = services) => inProcessClient(server, { audit, bearerToken: me.accessToken })

async function age(seconds: number): Promise<void> {
  await services.db.$executeRaw`
    UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => ${seconds}::int)
    WHERE user_id = ${me.user.id}::uuid`
}

describe('the log of security events has one line, and nothing secret in it,', () => {
  test('for a registration', async () => {
    const refreshTokens: string[] = []
    const client = inProcessClient(services, {
      audit,
      setRefreshToken: (cookie) => refreshTokens.push(cookie?.token ?? ''),
    })
    const email = `${crypto.randomUUID()}@example.com`
    const { user } = await client.auth.register.mutate({ email, password: me.password })
    const sessionId = sessionIdOf({ refreshToken: refreshTokens[0] ?? '' })
    expect(events).toEqual([{ event: 'registered', userId: user.id, sessionId }])
    await refusalOf(client.auth.register.mutate({ email, password: me.password }))
    expect(events).toHaveLength(1)
  })

  test('for an account that another issuer’s token made, once', async () => {
    const client = inProcessClient(services, { audit, bearerToken: externalToken({ claims: { sub: 'x' } }) })
    const { id } = await client.auth.me.query()
    await client.auth.me.query()
    expect(events).toEqual([{ event: 'registered', userId: id }])
  })

  test('for a sign-in, good or bad', async () => {
    const { email, password } = me
    const sessionId = sessionIdOf(await testSignIn(services, { email, password }, { audit }))
    expect(events).toEqual([{ event: 'signedIn', userId: me.user.id, sessionId }])
    for (const wrong of [
      { email, password: 'wrong' },
      { email: 'nobody@example.com', password },
    ]) {
      await refusalOf(testSignIn(services, wrong, { audit }))
    }
    expect(events.slice(1)).toEqual([{ event: 'signInFailed', userId: me.user.id }, { event: 'signInFailed' }])
  })

  test('for a rotation, however many tabs refresh', async () => {
    await testRefresh(services, me.refreshToken, { audit })
    expect(events).toEqual([])
    await age(60)
    await Promise.all(Array.from({ length: 10 }, () => testRefresh(services, me.refreshToken, { audit })))
    expect(events).toEqual([{ event: 'refreshed', userId: me.user.id, sessionId: sessionIdOf(me) }])
  })

  test('for a refresh token that was copied, however often it is shown', async () => {
    await services.db.session.updateMany({ where: { userId: me.user.id }, data: { generation: 5 } })
    await Promise.all(Array.from({ length: 5 }, () => refusalOf(testRefresh(services, me.refreshToken, { audit }))))
    expect(events).toEqual([{ event: 'reuseDetected', userId: me.user.id, sessionId: sessionIdOf(me) }])
  })

  test('for signing out', async () => {
    const { auth } = inProcessClient(services, { audit, refreshToken: me.refreshToken })
    await auth.logout.mutate()
    await auth.logout.mutate()
    expect(events).toEqual([{ event: 'sessionRevoked', userId: me.user.id, sessionId: sessionIdOf(me) }])
  })

  test('for ending sessions', async () => {
    const [one] = [await testSignIn(services, me), await testSignIn(services, me)]
    await asMe().session.revoke.mutate({ id: sessionIdOf(one) })
    await refusalOf(asMe().session.revoke.mutate({ id: sessionIdOf(one) }))
    await asMe().session.revokeOthers.mutate()
    await asMe().session.revokeOthers.mutate()
    expect(events).toEqual([
      { event: 'sessionRevoked', userId: me.user.id, sessionId: sessionIdOf(one) },
      { event: 'sessionRevoked', userId: me.user.id },
    ])
  })

  test('for an API token made or revoked', async () => {
    const { token, apiToken } = await asMe().apiToken.create.mutate({ name: 'Tool', password: me.password })
    await asMe().apiToken.revoke.mutate({ id: apiToken.id })
    await refusalOf(asMe().apiToken.revoke.mutate({ id: apiToken.id }))
    const of = { userId: me.user.id, tokenId: apiToken.id }
    expect(events).toEqual([
      { event: 'tokenCreated', ...of },
      { event: 'tokenRevoked', ...of },
    ])
    expect(JSON.stringify(events)).not.toContain(token.slice(4))
  })

  test('for what an operator does', async () => {
    const operator = createOperatorCaller(createInnerContext(services, null, (event) => events.push(event)))
    const { email, user } = me
    const { apiToken } = await operator.token.create({ email, token: { name: 'Backup' } })
    await operator.token.revoke({ email, token: { id: apiToken.id } })
    await operator.user.deactivate({ email })
    await operator.user.activate({ email })
    await operator.token.create({ email, token: { name: 'Left over' } })
    expect(await operator.user.setPassword({ email, password: 'a wholly new passphrase' })).toMatchObject({
      apiTokens: 1,
    })
    await operator.user.link({ email, subject: user.id })
    expect(events).toEqual([
      { event: 'tokenCreated', userId: user.id, tokenId: apiToken.id },
      { event: 'tokenRevoked', userId: user.id, tokenId: apiToken.id },
      { event: 'accountDeactivated', userId: user.id },
      { event: 'accountActivated', userId: user.id },
      { event: 'tokenCreated', userId: user.id, tokenId: expect.any(String) },
      { event: 'passwordChanged', userId: user.id },
      { event: 'tokenRevoked', userId: user.id, count: 1 },
      { event: 'identityLinked', userId: user.id },
    ])
  })

  test('for a changed password, and for a deleted account', async () => {
    const newPassword = 'a wholly new passphrase'
    await asMe().auth.changePassword.mutate({ currentPassword: me.password, newPassword })
    await refusalOf(asMe().auth.changePassword.mutate({ currentPassword: me.password, newPassword }))
    await refusalOf(asMe().auth.deleteAccount.mutate({ password: me.password }))
    await asMe().auth.deleteAccount.mutate({ password: newPassword })
    const of = { userId: me.user.id }
    expect(events).toEqual([
      { event: 'passwordChanged', ...of },
      { event: 'signInFailed', ...of },
      { event: 'signInFailed', ...of },
      { event: 'accountDeleted', ...of },
    ])
    const logged = JSON.stringify(events)
    for (const secret of [me.password, newPassword, me.email, me.accessToken, me.refreshToken]) {
      expect(logged).not.toContain(secret)
    }
  })

  test('for each call that a limit refuses', async () => {
    const strict = testServices(services.db, { limitStore: { redis: null, multiplier: 1 } })
    const login = () => refusalOf(testSignIn(strict, { email: me.email, password: 'wrong' }, { audit }))
    for (let attempt = 0; attempt < 6; attempt += 1) await login()
    events = []
    expect(await login()).toMatchObject({ reason: 'RATE_LIMITED' })
    expect(events).toEqual([{ event: 'throttled', limit: 'passwordFailures' }])
    for (let attempt = 7; attempt < 30; attempt += 1) await login()
    events = []
    expect(await login()).toMatchObject({ reason: 'RATE_LIMITED' })
    expect(events).toEqual([{ event: 'throttled', limit: 'loginsPerAddress' }])
    await strict.close()
  })
})
