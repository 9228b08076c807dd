import {
  createApiToken,
  linkExternalIdentity,
  resetPassword,
  revokeApiToken,
  type SecurityEvent,
  setAccountActive,
} from '@taskwire/domain'
import { beforeEach, describe, expect } from 'vitest'
import type { RequestInfo } from './context.ts'
import { testWith } from './testing/fixture.ts'
import {
  ageSessions,
  externalIssuer,
  externalToken,
  inProcessClient,
  refusalOf,
  sessionIdOf,
  type TestUser,
  testRefresh,
  testServices,
  testSignIn,
} from './testing/index.ts'

const test = testWith({ externalIssuer })

let events: SecurityEvent[]
beforeEach(() => {
  events = []
})

const audit: RequestInfo['audit'] = (event) => events.push(event)
const asMe = (me: TestUser, server = me.services) => inProcessClient(server, { audit, bearerToken: me.accessToken })

describe('the log of security events has one line, and nothing secret in it,', () => {
  test('for a registration', async ({ me, services }) => {
    const refreshTokens: string[] = []
    const client = inProcessClient(services, {
      audit,
      setRefreshToken: (cookie) => refreshTokens.push(cookie?.token ?? ''),
    })
    const email = `${crypto.randomUUID()}@example.com`
    const { user } = await client.auth.register.mutate({ email, password: me.password })
    const sessionId = sessionIdOf(services, { refreshToken: refreshTokens[0] ?? '' })
    expect(events).toEqual([{ event: 'registered', userId: user.id, sessionId }])
    await refusalOf(client.auth.register.mutate({ email, password: me.password }))
    expect(events).toHaveLength(1)
  })

  test('for an account that another issuer’s token made, once', async ({ services }) => {
    const client = inProcessClient(services, { audit, bearerToken: externalToken({ claims: { sub: 'x' } }) })
    const { id } = await client.auth.me.query()
    await client.auth.me.query()
    expect(events).toEqual([{ event: 'registered', userId: id }])
  })

  test('for a sign-in, good or bad', async ({ me, services }) => {
    const { email, password } = me
    const sessionId = sessionIdOf(services, await testSignIn(services, { email, password }, { audit }))
    expect(events).toEqual([{ event: 'signedIn', userId: me.user.id, sessionId }])
    for (const wrong of [
      { email, password: 'wrong' },
      { email: 'nobody@example.com', password },
    ]) {
      await refusalOf(testSignIn(services, wrong, { audit }))
    }
    const { pseudonym } = services.identity
    expect(events.slice(1)).toEqual([
      { event: 'signInFailed', account: pseudonym(email), userId: me.user.id },
      { event: 'signInFailed', account: pseudonym('nobody@example.com') },
    ])
    expect(JSON.stringify(events)).not.toContain('@')
  })

  test('for a rotation, however many tabs refresh', async ({ me, services }) => {
    await testRefresh(services, me.refreshToken, { audit })
    expect(events).toEqual([])
    await ageSessions(me, 60)
    await Promise.all(Array.from({ length: 10 }, () => testRefresh(services, me.refreshToken, { audit })))
    expect(events).toEqual([{ event: 'refreshed', userId: me.user.id, sessionId: sessionIdOf(services, me) }])
  })

  test('for a refresh token that was copied, however often it is shown', async ({ me, services }) => {
    await services.db.session.updateMany({ where: { userId: me.user.id }, data: { generation: 5 } })
    await Promise.all(Array.from({ length: 5 }, () => refusalOf(testRefresh(services, me.refreshToken, { audit }))))
    expect(events).toEqual([{ event: 'reuseDetected', userId: me.user.id, sessionId: sessionIdOf(services, me) }])
  })

  test('for signing out', async ({ me, services }) => {
    const { auth } = inProcessClient(services, { audit, refreshToken: me.refreshToken })
    await auth.logout.mutate()
    await auth.logout.mutate()
    expect(events).toEqual([{ event: 'sessionRevoked', userId: me.user.id, sessionId: sessionIdOf(services, me) }])
  })

  test('for ending sessions', async ({ me, services }) => {
    const [one] = [await testSignIn(services, me), await testSignIn(services, me)]
    await asMe(me).session.revoke.mutate({ id: sessionIdOf(services, one) })
    await refusalOf(asMe(me).session.revoke.mutate({ id: sessionIdOf(services, one) }))
    await asMe(me).session.revokeOthers.mutate()
    await asMe(me).session.revokeOthers.mutate()
    expect(events).toEqual([
      { event: 'sessionRevoked', userId: me.user.id, sessionId: sessionIdOf(services, one) },
      { event: 'sessionRevoked', userId: me.user.id },
    ])
  })

  test('for an API token made or revoked', async ({ me }) => {
    const { token, apiToken } = await asMe(me).apiToken.create.mutate({ name: 'Tool', password: me.password })
    await asMe(me).apiToken.revoke.mutate({ id: apiToken.id })
    await refusalOf(asMe(me).apiToken.revoke.mutate({ id: apiToken.id }))
    const of = { userId: me.user.id, tokenId: apiToken.id }
    expect(events).toEqual([
      { event: 'tokenCreated', ...of },
      { event: 'tokenRevoked', ...of },
    ])
    expect(JSON.stringify(events)).not.toContain(token.slice(4))
  })

  test('for what an operator does', async ({ me, services }) => {
    const { db } = services
    const identity = { ...services.identity, audit }
    const { email, user } = me
    const { apiToken } = await createApiToken(db, identity, { userId: user.id, name: 'Backup' })
    await revokeApiToken(db, identity, { userId: user.id, id: apiToken.id })
    await setAccountActive(db, identity, { email, isActive: false })
    await setAccountActive(db, identity, { email, isActive: true })
    await createApiToken(db, identity, { userId: user.id, name: 'Left over' })
    expect(await resetPassword(db, identity, { email, password: 'a wholly new passphrase' })).toMatchObject({
      apiTokens: 1,
    })
    const { issuer } = externalIssuer
    await linkExternalIdentity(db, identity, { email, issuer, subject: user.id, keepPassword: false })
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

  test('for a changed password, and for a deleted account', async ({ me }) => {
    const newPassword = 'a wholly new passphrase'
    await asMe(me).auth.changePassword.mutate({ currentPassword: me.password, newPassword })
    await refusalOf(asMe(me).auth.changePassword.mutate({ currentPassword: me.password, newPassword }))
    await refusalOf(asMe(me).auth.deleteAccount.mutate({ password: me.password }))
    await asMe(me).auth.deleteAccount.mutate({ password: newPassword })
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

  test('for each call that a limit refuses', async ({ me, services }) => {
    const strict = testServices(services.db, { limitStore: { redis: null, multiplier: 1 } })
    const login = () => refusalOf(testSignIn(strict, { email: me.email, password: 'wrong' }, { audit }))
    for (let attempt = 0; attempt < 6; attempt += 1) await login()
    events = []
    expect(await login()).toMatchObject({ reason: 'RATE_LIMITED' })
    expect(events).toEqual([{ event: 'throttled', limit: 'passwordFailures' }])
    for (let attempt = 7; attempt < 30; attempt += 1) await login()
    events = []
    expect(await login()).toMatchObject({ reason: 'RATE_LIMITED' })
    expect(events).toEqual([{ event: 'throttled', limit: 'loginsPerAddress', points: 30 }])
    await strict.close()
  })
})
