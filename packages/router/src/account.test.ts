import { createPasswords } from '@taskwire/domain'
import { describe, expect } from 'vitest'
import { test } from './testing/fixture.ts'
import {
  clientWith,
  inProcessClient,
  refusalOf,
  type TestUser,
  testRefresh,
  testServices,
  testSignIn,
} from './testing/index.ts'

const newPassword = 'a wholly new passphrase'

const refusalOfError = (error: unknown) => refusalOf(Promise.reject(error))

function signInWith(me: TestUser, password: string) {
  return testSignIn(me.services, { email: me.email, password })
}

describe('changing the password', () => {
  test('takes effect at once, and signs out everybody but oneself', async ({ me, services }) => {
    const elsewhere = await testSignIn(services, me)
    await clientWith(services, elsewhere.accessToken).auth.me.query()
    expect(await me.client.auth.changePassword.mutate({ currentPassword: me.password, newPassword })).toBeNull()
    expect(await refusalOf(clientWith(services, elsewhere.accessToken).auth.me.query())).toMatchObject({
      reason: 'SESSION_REVOKED',
    })
    expect(await refusalOf(testRefresh(services, elsewhere.refreshToken))).toMatchObject({ reason: 'SESSION_REVOKED' })
    expect((await me.client.auth.me.query()).id).toBe(me.user.id)
    await testRefresh(services, me.refreshToken)
    expect(await refusalOf(signInWith(me, me.password))).toMatchObject({ reason: 'INVALID_CREDENTIALS' })
    await signInWith(me, newPassword)
  })

  test.for(['', 'wrong', 'correct horse battery stapler', 'x'.repeat(1_000)])(
    'needs the current one: %.10s',
    async (currentPassword, { me, services }) => {
      const elsewhere = await testSignIn(services, me)
      const change = me.client.auth.changePassword.mutate({ currentPassword, newPassword })
      expect(await refusalOf(change)).toMatchObject({ reason: 'INVALID_CREDENTIALS', httpStatus: 401 })
      expect(await clientWith(services, elsewhere.accessToken).auth.me.query()).toEqual(me.user)
      await signInWith(me, me.password)
    },
  )

  test('holds the new one to the same rules as at registration', async ({ me }) => {
    const refusals = {
      short: 'Password must have at least 8 characters',
      password1: 'Password is too common: it is among the first that anybody would try',
      [`my ${me.email.split('@')[0]}`]: 'Password must not contain the name in your email address',
    }
    for (const [weak, message] of Object.entries(refusals)) {
      const change = me.client.auth.changePassword.mutate({ currentPassword: me.password, newPassword: weak })
      expect(await refusalOf(change)).toMatchObject({
        reason: 'VALIDATION_FAILED',
        issues: [{ path: 'newPassword', message }],
      })
    }
    await signInWith(me, me.password)
  })

  test('ten times at once happens once, and the password is one of those wished for', async ({ me }) => {
    const wishes = Array.from({ length: 10 }, (_, index) => `${newPassword} ${index}`)
    const results = await Promise.allSettled(
      wishes.map((wish) => me.client.auth.changePassword.mutate({ currentPassword: me.password, newPassword: wish })),
    )
    const granted = wishes.filter((_, index) => results[index]?.status === 'fulfilled')
    expect(granted).toHaveLength(1)
    await signInWith(me, granted[0] ?? '')
  })

  test('leaves nobody signed in by the old one, however the two meet', async ({ me, services }) => {
    for (let round = 0; round < 5; round += 1) {
      const [current, next] = [`${me.password}${round || ''}`, `${me.password}${round + 1}`]
      const change = me.client.auth.changePassword.mutate({ currentPassword: current, newPassword: next })
      const signIns = Array.from({ length: 6 }, () => signInWith(me, current))
      const [, results] = await Promise.all([change, Promise.allSettled(signIns)])
      services.identity.sessionCheck.forget(me.user.id)
      for (const result of results) {
        const outcome =
          result.status === 'fulfilled'
            ? clientWith(services, result.value.accessToken).auth.me.query()
            : Promise.reject(result.reason)
        expect((await refusalOf(outcome)).reason).toMatch(/^(SESSION_REVOKED|INVALID_CREDENTIALS)$/)
      }
    }
  })

  test('stops a sign-in that has already found the old one to be right', async ({ me, services }) => {
    const passwordHash = await services.identity.passwords.hash(newPassword, { account: me.user.id, network: null })
    const signIn = await services.db.$transaction(async (transaction) => {
      await transaction.user.update({ where: { id: me.user.id }, data: { passwordHash } })
      // It reads the old hash, since nothing is committed yet, and has to wait with its session.
      const outcome = signInWith(me, me.password).then(() => 'signed in', refusalOfError)
      await new Promise((resolve) => setTimeout(resolve, 200))
      return { outcome }
    })
    expect(await signIn.outcome).toMatchObject({ reason: 'INVALID_CREDENTIALS' })
    expect(await services.db.session.count({ where: { userId: me.user.id } })).toBe(1)
  })

  test('that a busy server could not look at costs no attempt', async ({ me, services }) => {
    const strict = { redis: null, multiplier: 1 }
    const calm = testServices(services.db, { limitStore: strict })
    await using passwords = createPasswords({ cost: 13, threads: 1, maxQueue: 0 })
    const busy = { ...calm, identity: { ...calm.identity, passwords } }
    const change = (server: typeof calm, currentPassword: string) =>
      inProcessClient(server, { bearerToken: me.accessToken }).auth.changePassword.mutate({
        currentPassword,
        newPassword,
      })

    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect(await refusalOf(change(calm, 'wrong'))).toMatchObject({ reason: 'INVALID_CREDENTIALS' })
    }
    const work = passwords.hash('something else', { account: 'somebody else', network: null })
    for (let attempt = 0; attempt < 8; attempt += 1) {
      expect(await refusalOf(change(busy, 'wrong'))).toMatchObject({
        reason: 'OVERLOADED',
        retryAfter: expect.any(Number),
      })
    }
    await work
    expect(await change(calm, me.password)).toBeNull()
    await calm.close()
  })
})

describe('deleting the account', () => {
  test('takes everything of it along, and clears the cookie', async ({ me, services }) => {
    const cookies: unknown[] = []
    const tag = await me.caller.tag.create({ name: 'x' })
    await me.caller.task.create({ title: 'x', tagIds: [tag.id] })
    const { token } = await me.caller.apiToken.create({ name: 'x', password: me.password })
    const elsewhere = await testSignIn(services, me)
    const client = inProcessClient(services, {
      bearerToken: me.accessToken,
      setRefreshToken: (cookie) => cookies.push(cookie),
    })
    expect(await client.auth.deleteAccount.mutate({ password: me.password })).toBeNull()
    expect(cookies).toEqual([null])

    const where = { userId: me.user.id }
    const { user, session, task, taskTag, apiToken } = services.db
    const left = [
      await user.count({ where: { id: me.user.id } }),
      await session.count({ where }),
      await task.count({ where }),
      await services.db.tag.count({ where }),
      await taskTag.count({ where }),
      await apiToken.count({ where }),
    ]
    expect(left).toEqual([0, 0, 0, 0, 0, 0])
    for (const accessToken of [me.accessToken, elsewhere.accessToken]) {
      const call = clientWith(services, accessToken).auth.me.query()
      expect(await refusalOf(call)).toMatchObject({ reason: 'SESSION_REVOKED', httpStatus: 401 })
    }
    expect(await refusalOf(testRefresh(services, elsewhere.refreshToken))).toMatchObject({ reason: 'SESSION_REVOKED' })
    expect(await refusalOf(clientWith(services, token).auth.me.query())).toMatchObject({
      reason: 'TOKEN_INVALID',
    })
    expect(await refusalOf(signInWith(me, me.password))).toMatchObject({ reason: 'INVALID_CREDENTIALS' })
    await inProcessClient(services).auth.register.mutate({ email: me.email, password: me.password })
  })

  test('needs the password', async ({ me }) => {
    expect(await refusalOf(me.client.auth.deleteAccount.mutate({}))).toMatchObject({
      reason: 'VALIDATION_FAILED',
      issues: [{ path: 'password', message: 'Password is required' }],
    })
    for (const password of ['', 'wrong']) {
      const deletion = me.client.auth.deleteAccount.mutate({ password })
      expect(await refusalOf(deletion)).toMatchObject({ reason: 'INVALID_CREDENTIALS' })
    }
    expect(await me.client.auth.me.query()).toEqual(me.user)
  })

  test('is not what a batch or a stream may do, nor is changing the password', async ({ me, services }) => {
    for (const manner of [{ batchSize: 2 }, { streamed: true }]) {
      const { auth } = inProcessClient(services, { ...manner, bearerToken: me.accessToken })
      const calls = [
        auth.deleteAccount.mutate({ password: me.password }),
        auth.changePassword.mutate({ currentPassword: me.password, newPassword }),
      ]
      for (const call of calls) expect(await refusalOf(call)).toMatchObject({ reason: 'MALFORMED_REQUEST' })
    }
    await signInWith(me, me.password)
  })
})
