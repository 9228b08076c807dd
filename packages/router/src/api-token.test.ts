import { createHash } from 'node:crypto'
import { reauthenticate } from '@taskwire/domain'
import { describe, expect } from 'vitest'
import { test } from './testing/fixture.ts'
import { clientWith, inProcessClient, internalCaller, refusalOf, type TestUser, testUser } from './testing/index.ts'

/** Lets the seconds pass for which a good token is not looked up again. */
const later = (me: TestUser) => me.services.identity.apiTokenCheck.forget(me.user.id)
const lastUse = async (me: TestUser) => (await me.caller.apiToken.list())[0]?.lastUsedAt

describe('an API token', () => {
  test('is not made without the password, which nobody tries in a batch', async ({ me, services }) => {
    const { create, list } = me.client.apiToken
    expect(await refusalOf(create.mutate({ name: 'Tool' }))).toMatchObject({
      reason: 'VALIDATION_FAILED',
      issues: [{ path: 'password', message: 'Password is required' }],
    })
    for (const password of ['', 'wrong']) {
      expect(await refusalOf(create.mutate({ name: 'Tool', password }))).toMatchObject({
        reason: 'INVALID_CREDENTIALS',
      })
    }
    for (const manner of [{ batchSize: 2 }, { streamed: true }]) {
      const { apiToken } = inProcessClient(services, { ...manner, bearerToken: me.accessToken })
      const batched = apiToken.create.mutate({ name: 'Tool', password: me.password })
      expect(await refusalOf(batched)).toMatchObject({ reason: 'MALFORMED_REQUEST' })
    }
    expect(await list.query()).toEqual([])
  })

  test('takes no password of who calls from within', async ({ me, services }) => {
    const inner = internalCaller(services, me.user.id)
    const { token } = await inner.apiToken.create({ name: 'Tool' })
    expect(await clientWith(services, token).auth.me.query()).toEqual(me.user)
  })

  test('ends with the password with which it was made, unless it is to be kept', async ({ me, services }) => {
    const { token } = await me.caller.apiToken.create({ name: 'Tool', password: me.password })
    const passwords = [me.password, 'a wholly new passphrase', 'one more passphrase'] as const
    const change = (currentPassword: string, newPassword: string, keepApiTokens?: boolean) =>
      me.client.auth.changePassword.mutate({
        currentPassword,
        newPassword,
        ...(keepApiTokens !== undefined && { keepApiTokens }),
      })
    await change(passwords[0], passwords[1], true)
    expect((await clientWith(services, token).auth.me.query()).id).toBe(me.user.id)
    await change(passwords[1], passwords[2])
    expect(await refusalOf(clientWith(services, token).auth.me.query())).toMatchObject({ reason: 'TOKEN_INVALID' })
    expect(await me.client.apiToken.list.query()).toEqual([])
  })

  test('is not left over when the password changes while it is made', async ({ me }) => {
    for (let round = 0; round < 5; round += 1) {
      const [current, next] = [`${me.password}${round || ''}`, `${me.password}${round + 1}`]
      const tokens = Array.from({ length: 4 }, () => me.client.apiToken.create.mutate({ name: 'x', password: current }))
      const change = me.client.auth.changePassword.mutate({ currentPassword: current, newPassword: next })
      await Promise.all([change, Promise.allSettled(tokens)])
      expect(await me.client.apiToken.list.query()).toEqual([])
    }
  })

  test('is shown once; the database has its hash alone', async ({ me, services }) => {
    const { token, apiToken } = await me.client.apiToken.create.mutate({ name: ' Backup ', password: me.password })
    expect(token).toMatch(/^twk_[A-Za-z0-9_-]{43}$/)
    expect(apiToken).toEqual({
      id: expect.any(String),
      name: 'Backup',
      createdAt: expect.any(Date),
      lastUsedAt: null,
      expiresAt: null,
    })
    expect(await me.client.apiToken.list.query()).toEqual([apiToken])
    const rows = await services.db.apiToken.findMany({ where: { userId: me.user.id } })
    expect(rows).toMatchObject([{ tokenHash: createHash('sha256').update(token).digest('hex') }])
    expect(JSON.stringify(rows)).not.toContain(token.slice(4))
  })

  test('calls as its user, whatever their sessions do', async ({ me, services }) => {
    const { token } = await me.caller.apiToken.create({ name: 'Tool', password: me.password })
    await inProcessClient(services, { refreshToken: me.refreshToken }).auth.logout.mutate()
    const { auth, task } = clientWith(services, token)
    expect(await auth.me.query()).toEqual(me.user)
    const created = await task.create.mutate({ title: 'By a tool' })
    expect((await task.list.query()).items).toEqual([created])
  })

  test('notes its last use, once a minute at most', async ({ me, services }) => {
    const { token } = await me.caller.apiToken.create({ name: 'Tool', password: me.password })
    expect(await lastUse(me)).toBeNull()
    await Promise.all(Array.from({ length: 5 }, () => clientWith(services, token).auth.me.query()))
    const first = await lastUse(me)
    expect(Math.abs(Date.now() - Number(first))).toBeLessThan(10_000)

    const almostAMinute = await services.db.$executeRaw`
      UPDATE api_tokens SET last_used_at = last_used_at - interval '50 s' WHERE user_id = ${me.user.id}::uuid`
    expect(almostAMinute).toBe(1)
    const before = await lastUse(me)
    later(me)
    await clientWith(services, token).auth.me.query()
    expect(await lastUse(me)).toEqual(before)

    await services.db.$executeRaw`
      UPDATE api_tokens SET last_used_at = last_used_at - interval '11 s' WHERE user_id = ${me.user.id}::uuid`
    later(me)
    await clientWith(services, token).auth.me.query()
    expect(Number(await lastUse(me))).toBeGreaterThan(Number(before))
  })

  test('is not used by a stream that only listens', async ({ me, services }) => {
    const { token } = await me.caller.apiToken.create({ name: 'Tool', password: me.password })
    await clientWith(services, token).auth.me.query()
    await services.db.$executeRaw`
      UPDATE api_tokens SET last_used_at = last_used_at - interval '1 h' WHERE user_id = ${me.user.id}::uuid`
    const before = await lastUse(me)
    // What an open stream does every few seconds.
    const lookAgain = () =>
      reauthenticate(
        services.db,
        { ...services.identity, audit: () => {} },
        { bearerToken: token, caller: { kind: 'apiToken', userId: me.user.id } },
      )
    await lookAgain()
    expect(await lastUse(me)).toEqual(before)
    await services.db.apiToken.updateMany({ where: { userId: me.user.id }, data: { revokedAt: new Date() } })
    await expect(lookAgain()).rejects.toMatchObject({ reason: 'TOKEN_INVALID' })
  })

  test('works until its end', async ({ me, services }) => {
    const expiresAt = new Date(Date.now() + 3_600_000)
    const { token, apiToken } = await me.client.apiToken.create.mutate({
      name: 'Tool',
      password: me.password,
      expiresAt,
    })
    expect(apiToken.expiresAt).toEqual(expiresAt)
    expect(await clientWith(services, token).auth.me.query()).toEqual(me.user)
    await services.db.$executeRaw`
      UPDATE api_tokens SET expires_at = clock_timestamp() WHERE user_id = ${me.user.id}::uuid`
    later(me)
    expect(await refusalOf(clientWith(services, token).auth.me.query())).toMatchObject({
      reason: 'TOKEN_EXPIRED',
      httpStatus: 401,
    })
  })

  test.for([0, -1, -86_400_000])('is not made with an end %i ms from now', async (milliseconds, { me }) => {
    const expiresAt = new Date(Date.now() + milliseconds)
    expect(
      await refusalOf(me.client.apiToken.create.mutate({ name: 'Tool', password: me.password, expiresAt })),
    ).toMatchObject({
      reason: 'VALIDATION_FAILED',
      issues: [{ path: 'expiresAt', message: 'Expiry must be in the future', code: 'NOT_IN_THE_FUTURE' }],
    })
    expect(await me.caller.apiToken.list()).toEqual([])
  })

  test('is refused at once when it is revoked, and is gone from the list, and no other', async ({ me, services }) => {
    const kept = await me.caller.apiToken.create({ name: 'Kept', password: me.password })
    const { token, apiToken } = await me.caller.apiToken.create({ name: 'Revoked', password: me.password })
    expect(await clientWith(services, token).auth.me.query()).toEqual(me.user)
    expect(await me.client.apiToken.revoke.mutate({ id: apiToken.id })).toBeNull()
    expect(await refusalOf(clientWith(services, token).auth.me.query())).toMatchObject({ reason: 'TOKEN_INVALID' })
    expect(await me.caller.apiToken.list()).toEqual([kept.apiToken])
    expect(await clientWith(services, kept.token).auth.me.query()).toEqual(me.user)
    expect(await refusalOf(me.client.apiToken.revoke.mutate({ id: apiToken.id }))).toMatchObject({
      reason: 'NOT_FOUND',
    })
  })

  test('cannot be revoked by somebody else', async ({ me, services }) => {
    const { token, apiToken } = await me.caller.apiToken.create({ name: 'Tool', password: me.password })
    const other = await testUser(services)
    expect(await refusalOf(other.client.apiToken.revoke.mutate({ id: apiToken.id }))).toMatchObject({
      reason: 'NOT_FOUND',
    })
    expect(await clientWith(services, token).auth.me.query()).toEqual(me.user)
  })

  test('ends with its account, and rests while that is not active', async ({ me, services }) => {
    const { token } = await me.caller.apiToken.create({ name: 'Tool', password: me.password })
    await services.db.user.update({ where: { id: me.user.id }, data: { isActive: false } })
    later(me)
    expect(await refusalOf(clientWith(services, token).auth.me.query())).toMatchObject({ reason: 'ACCOUNT_INACTIVE' })
    await services.db.user.update({ where: { id: me.user.id }, data: { isActive: true } })
    await clientWith(services, token).auth.me.query()
    await services.db.user.delete({ where: { id: me.user.id } })
    later(me)
    expect(await refusalOf(clientWith(services, token).auth.me.query())).toMatchObject({ reason: 'TOKEN_INVALID' })
  })
})
