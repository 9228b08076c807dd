import { createApiToken, linkExternalIdentity, listExternalIdentities, purge, resetPassword } from '@taskwire/domain'
import { describe, expect } from 'vitest'
import { failureOf } from './errors.ts'
import type { Services } from './services.ts'
import { testWith } from './testing/fixture.ts'
import {
  clientWith,
  externalIssuer,
  externalToken,
  inProcessClient,
  refusalOf,
  testRefresh,
  testServices,
  testSignIn,
} from './testing/index.ts'

const test = testWith({ externalIssuer })

const asOperator = (services: Services) => ({ ...services.identity, audit: () => {} })

/** As `taskwire user link` does it. */
function link(services: Services, name: { email: string; subject: string; keepPassword?: boolean }) {
  const { issuer } = externalIssuer
  return linkExternalIdentity(services.db, asOperator(services), { issuer, keepPassword: false, ...name })
}

function newSomebody() {
  return { sub: crypto.randomUUID(), email: `${crypto.randomUUID()}@example.com` }
}

describe('a token of the other sign-in service', () => {
  test('makes an account at first sight, and from then on is its user', async ({ services }) => {
    const somebody = newSomebody()
    const user = await clientWith(services, externalToken({ claims: somebody })).auth.me.query()
    expect(user.email).toBe(somebody.email)
    const client = clientWith(services, externalToken({ claims: somebody }))
    expect(await client.auth.me.query()).toEqual(user)
    const task = await client.task.create.mutate({ title: 'Mine' })
    expect((await client.task.list.query()).items).toEqual([task])
    expect(await services.db.session.count({ where: { userId: user.id } })).toBe(0)
  })

  test('needs the email for that first sight alone', async ({ services }) => {
    const { sub, email } = newSomebody()
    const user = await clientWith(services, externalToken({ claims: { sub, email } })).auth.me.query()
    for (const later of [undefined, 7, 'nobody', 'moved@example.com']) {
      expect(await clientWith(services, externalToken({ claims: { sub, email: later } })).auth.me.query()).toEqual(user)
    }
  })

  test('has its email brought into our form', async ({ services }) => {
    const { sub, email } = newSomebody()
    const spelt = ` ${email.toUpperCase().replace('@', '＠')}`
    expect((await clientWith(services, externalToken({ claims: { sub, email: spelt } })).auth.me.query()).email).toBe(
      email,
    )
  })

  test('may say more than it has to: several audiences, a type, a key id, a skewed clock', async ({ services }) => {
    const now = Date.now() / 1_000
    const tokens = [
      externalToken({ claims: { aud: ['elsewhere', externalIssuer.audience] } }),
      externalToken({ header: { typ: 'JWT', kid: '1' } }),
      externalToken({ claims: { iat: now + 55, nbf: now + 55 } }),
      externalToken({ claims: { iat: undefined, roles: ['admin'], userId: 'admin' } }),
    ]
    for (const token of tokens) expect(await clientWith(services, token).tag.list.query()).toEqual([])
  })

  test('with an email that has an account is EMAIL_TAKEN, makes none, and gets at nothing', async ({
    me: { email, user },
    services,
  }) => {
    const users = await services.db.user.count()
    const client = clientWith(services, externalToken({ claims: { email: email.toUpperCase() } }))
    for (const call of [() => client.auth.me.query(), () => client.task.list.query()]) {
      expect(await refusalOf(call())).toMatchObject({ reason: 'EMAIL_TAKEN', httpStatus: 409 })
    }
    expect(await services.db.user.count()).toBe(users)
    expect(await services.db.externalIdentity.count({ where: { userId: user.id } })).toBe(0)
  })

  test('twenty times at once makes one account, even where each names another email', async ({ services }) => {
    const { sub, email } = newSomebody()
    const users = await services.db.user.count()
    const calls = Array.from({ length: 20 }, (_, index) => {
      const claims = { sub, email: index % 2 === 0 ? email : `${index}-${email}` }
      return clientWith(services, externalToken({ claims })).auth.me.query()
    })
    const [first, ...others] = await Promise.all(calls)
    for (const other of others) expect(other).toEqual(first)
    expect(await services.db.user.count()).toBe(users + 1)
  })

  test('of two users of the service with one email, the second is EMAIL_TAKEN', async ({ services }) => {
    const { email } = newSomebody()
    const calls = [1, 2].map(() => clientWith(services, externalToken({ claims: { email } })).auth.me.query())
    const results = await Promise.allSettled(calls)
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const refused = results.find((result) => result.status === 'rejected')
    expect(await refusalOf(Promise.reject(refused?.reason))).toMatchObject({ reason: 'EMAIL_TAKEN' })
  })

  test('of an account that is not active is refused', async ({ services }) => {
    const claims = newSomebody()
    const { id } = await clientWith(services, externalToken({ claims })).auth.me.query()
    await services.db.user.update({ where: { id }, data: { isActive: false } })
    const refusal = await refusalOf(clientWith(services, externalToken({ claims })).auth.me.query())
    expect(refusal).toMatchObject({ reason: 'ACCOUNT_INACTIVE', httpStatus: 401 })
  })

  test('gives no password to sign in by', async ({ services }) => {
    const claims = newSomebody()
    await clientWith(services, externalToken({ claims })).auth.me.query()
    for (const password of ['', 'null', 'correct horse battery staple']) {
      const login = inProcessClient(services).auth.login.mutate({ email: claims.email, password })
      expect(await refusalOf(login)).toMatchObject({ reason: 'INVALID_CREDENTIALS' })
    }
  })

  test.for([
    { what: 'is not verified', email_verified: false },
    { what: 'is verified in words', email_verified: 'true' },
    { what: 'nobody says anything about', email_verified: undefined },
  ])('makes no account for an address that $what', async ({ email_verified }, { services }) => {
    const claims = { ...newSomebody(), email_verified }
    const users = await services.db.user.count()
    const refusal = await refusalOf(clientWith(services, externalToken({ claims })).auth.me.query())
    expect(refusal).toMatchObject({ reason: 'TOKEN_INVALID', httpStatus: 401 })
    expect(await services.db.user.count()).toBe(users)

    const credulous = testServices(services.db, { externalIssuer: { ...externalIssuer, requireVerifiedEmail: false } })
    const client = inProcessClient(credulous, { bearerToken: externalToken({ claims }) })
    const user = await client.auth.me.query()
    expect(user.email).toBe(claims.email)
    // Who is known is known by name.
    expect(await clientWith(services, externalToken({ claims })).auth.me.query()).toEqual(user)
    await credulous.close()
  })
})

describe('an account that is linked to a user of the other sign-in service', () => {
  test('is theirs alone: the password, sessions and API tokens of whoever had made it are gone', async ({
    me: { email, password, user, client, refreshToken },
    services,
  }) => {
    const { token } = await createApiToken(services.db, asOperator(services), { userId: user.id, name: 'Backup' })
    const { sub } = newSomebody()
    const owner = clientWith(services, externalToken({ claims: { sub, email } }))
    expect(await refusalOf(owner.auth.me.query())).toMatchObject({ reason: 'EMAIL_TAKEN' })

    expect(await link(services, { email, subject: sub })).toMatchObject({
      id: user.id,
      isNew: true,
      passwordRemoved: true,
      sessions: 1,
      apiTokens: 1,
    })
    services.identity.sessionCheck.forget(user.id)
    expect(await owner.auth.me.query()).toMatchObject({ id: user.id, email })
    expect(await refusalOf(testSignIn(services, { email, password }))).toMatchObject({ reason: 'INVALID_CREDENTIALS' })
    expect(await refusalOf(testRefresh(services, refreshToken))).toMatchObject({ reason: 'SESSION_REVOKED' })
    expect(await refusalOf(client.auth.me.query())).toMatchObject({ reason: 'SESSION_REVOKED' })
    expect(await refusalOf(clientWith(services, token).auth.me.query())).toMatchObject({ reason: 'TOKEN_INVALID' })

    expect(await link(services, { email, subject: sub })).toMatchObject({
      isNew: false,
      passwordRemoved: false,
      sessions: 0,
      apiTokens: 0,
    })
    expect(await listExternalIdentities(services.db, email)).toEqual([{ issuer: externalIssuer.issuer, subject: sub }])
  })

  test('is refused to one who has another account', async ({ me: { email, password }, services }) => {
    const claims = newSomebody()
    await clientWith(services, externalToken({ claims })).auth.me.query()
    const { data } = await link(services, { email, subject: claims.sub }).then(
      () => ({ data: undefined }),
      (error: unknown) => failureOf(error),
    )
    const message = `${claims.sub} of ${externalIssuer.issuer} has the account ${claims.email}: delete that one first`
    expect(data).toMatchObject({
      reason: 'VALIDATION_FAILED',
      issues: [{ path: 'subject', message, code: 'IDENTITY_TAKEN' }],
    })
    expect((await testSignIn(services, { email, password })).accessToken).toBeTruthy()
  })

  test('may have a password as well, when the operator sets one', async ({ services }) => {
    const claims = newSomebody()
    const client = clientWith(services, externalToken({ claims }))
    const user = await client.auth.me.query()
    const password = 'another tree tomorrow'
    await resetPassword(services.db, asOperator(services), { email: claims.email, password })
    const { accessToken } = await testSignIn(services, { email: claims.email, password })
    for (const signedIn of [clientWith(services, accessToken), client]) {
      expect(await signedIn.auth.me.query()).toMatchObject({ id: user.id, email: claims.email })
    }
  })
})

describe('an account of the other sign-in service that was deleted, without a password,', () => {
  const accountsOf = (services: Services, { sub }: { sub: string }) =>
    services.db.externalIdentity.count({ where: { subject: sub } })

  async function deletedSomebody(services: Services) {
    const claims = newSomebody()
    const token = externalToken({ claims })
    const { id } = await clientWith(services, token).auth.me.query()
    await clientWith(services, token).task.create.mutate({ title: 'x' })
    expect(await clientWith(services, token).auth.deleteAccount.mutate({})).toBeNull()
    expect(await services.db.task.count({ where: { userId: id } })).toBe(0)
    return { claims, token }
  }

  test('is not made anew by any token that was out', async ({ services }) => {
    const { claims, token } = await deletedSomebody(services)
    const now = Math.floor(Date.now() / 1_000)
    const otherDevices = [
      { exp: now + 86_400 },
      { iat: now - 3_600, exp: now + 86_400 },
      { iat: now + 20 },
      { iat: undefined },
      { email: newSomebody().email },
    ].map((other) => externalToken({ claims: { ...claims, ...other } }))
    for (const held of [token, ...otherDevices]) {
      const { auth, task } = clientWith(services, held)
      for (const call of [() => auth.me.query(), () => task.create.mutate({ title: 'y' })]) {
        expect(await refusalOf(call())).toMatchObject({ reason: 'SESSION_REVOKED', httpStatus: 401 })
      }
    }
    expect(await accountsOf(services, claims)).toBe(0)
    expect(await services.db.user.count({ where: { email: claims.email } })).toBe(0)
  })

  test('is not made anew while the token lives, however long that is', async ({ services }) => {
    const claims = { ...newSomebody(), iat: Math.floor(Date.now() / 1_000) - 31 * 86_400, exp: 1e300 }
    const client = clientWith(services, externalToken({ claims }))
    await client.auth.me.query()
    await client.auth.deleteAccount.mutate({})
    await passTime(services, { days: 30 })
    await purge(services.db, services.quotas)
    expect(await refusalOf(client.auth.me.query())).toMatchObject({ reason: 'SESSION_REVOKED' })
  })

  test('begins anew when its owner signs in again', async ({ services }) => {
    const { claims, token } = await deletedSomebody(services)
    await passTime(services, { minutes: 2 })
    const { email } = await clientWith(services, externalToken({ claims })).auth.me.query()
    expect(email).toBe(claims.email)
    expect(await clientWith(services, token).task.list.query()).toMatchObject({ items: [] })
  })

  test('is forgotten in the end', async ({ services }) => {
    const { claims } = await deletedSomebody(services)
    const remembered = () => services.db.externalDeletion.count({ where: { subject: claims.sub } })
    await purge(services.db, services.quotas)
    expect(await remembered()).toBe(1)
    await passTime(services, { days: 8 })
    await purge(services.db, services.quotas)
    expect(await remembered()).toBe(0)
  })

  test('stays deleted when it was deleted by the password that it had as well', async ({
    me: { email, password, client },
    services,
  }) => {
    const { sub } = newSomebody()
    await link(services, { email, subject: sub, keepPassword: true })
    const token = externalToken({ claims: { sub, email } })
    expect((await clientWith(services, token).auth.me.query()).email).toBe(email)
    await client.auth.deleteAccount.mutate({ password })
    expect(await refusalOf(clientWith(services, token).auth.me.query())).toMatchObject({ reason: 'SESSION_REVOKED' })
    expect(await services.db.user.count({ where: { email } })).toBe(0)
  })

  /** What the deletions say, as if they had been made that much earlier. */
  async function passTime(
    services: Services,
    { days = 0, minutes = 0 }: { days?: number; minutes?: number },
  ): Promise<void> {
    await services.db.$executeRaw`
      UPDATE external_deletions SET
        issued_before = issued_before - make_interval(days => ${days}::int, mins => ${minutes}::int),
        until = until - make_interval(days => ${days}::int, mins => ${minutes}::int)`
  }
})
