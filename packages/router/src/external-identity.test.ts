import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { externalIssuer, externalToken, inProcessClient, refusalOf, testServices, testUser } from './testing/index.ts'

let services: ReturnType<typeof testServices>
beforeAll(async () => {
  services = testServices((await testDatabase()).client, { externalIssuer })
})
afterAll(() => services.close())

const clientWith = (bearerToken: string) => inProcessClient(services, { bearerToken })

function newSomebody() {
  return { sub: crypto.randomUUID(), email: `${crypto.randomUUID()}@example.com` }
}

describe('a token of the other sign-in service', () => {
  test('makes an account at first sight, and from then on is its user', async () => {
    const somebody = newSomebody()
    const user = await clientWith(externalToken({ claims: somebody })).auth.me.query()
    expect(user.email).toBe(somebody.email)
    const client = clientWith(externalToken({ claims: somebody }))
    expect(await client.auth.me.query()).toEqual(user)
    const task = await client.task.create.mutate({ title: 'Mine' })
    expect((await client.task.list.query()).items).toEqual([task])
    expect(await services.db.session.count({ where: { userId: user.id } })).toBe(0)
  })

  test('needs the email for that first sight alone', async () => {
    const { sub, email } = newSomebody()
    const user = await clientWith(externalToken({ claims: { sub, email } })).auth.me.query()
    for (const later of [undefined, 7, 'nobody', 'moved@example.com']) {
      expect(await clientWith(externalToken({ claims: { sub, email: later } })).auth.me.query()).toEqual(user)
    }
  })

  test('has its email brought into our form', async () => {
    const { sub, email } = newSomebody()
    const spelt = ` ${email.toUpperCase().replace('@', '＠')}`
    expect((await clientWith(externalToken({ claims: { sub, email: spelt } })).auth.me.query()).email).toBe(email)
  })

  test('may say more than it has to: several audiences, a type, a key id, a skewed clock', async () => {
    const now = Date.now() / 1_000
    const tokens = [
      externalToken({ claims: { aud: ['elsewhere', externalIssuer.audience] } }),
      externalToken({ header: { typ: 'JWT', kid: '1' } }),
      externalToken({ claims: { iat: now + 20, nbf: now + 20 } }),
      externalToken({ claims: { iat: undefined, roles: ['admin'], userId: 'admin' } }),
    ]
    for (const token of tokens) expect(await clientWith(token).tag.list.query()).toEqual([])
  })

  test('with an email that has an account is EMAIL_TAKEN, makes none, and gets at nothing', async () => {
    const { email, user } = await testUser(services)
    const users = await services.db.user.count()
    const client = clientWith(externalToken({ claims: { email: email.toUpperCase() } }))
    for (const call of [() => client.auth.me.query(), () => client.task.list.query()]) {
      expect(await refusalOf(call())).toMatchObject({ reason: 'EMAIL_TAKEN', httpStatus: 409 })
    }
    expect(await services.db.user.count()).toBe(users)
    expect(await services.db.externalIdentity.count({ where: { userId: user.id } })).toBe(0)
  })

  test('twenty times at once makes one account, even where each names another email', async () => {
    const { sub, email } = newSomebody()
    const users = await services.db.user.count()
    const calls = Array.from({ length: 20 }, (_, index) => {
      const claims = { sub, email: index % 2 === 0 ? email : `${index}-${email}` }
      return clientWith(externalToken({ claims })).auth.me.query()
    })
    const [first, ...others] = await Promise.all(calls)
    for (const other of others) expect(other).toEqual(first)
    expect(await services.db.user.count()).toBe(users + 1)
  })

  test('of two users of the service with one email, the second is EMAIL_TAKEN', async () => {
    const { email } = newSomebody()
    const calls = [1, 2].map(() => clientWith(externalToken({ claims: { email } })).auth.me.query())
    const results = await Promise.allSettled(calls)
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const refused = results.find((result) => result.status === 'rejected')
    expect(await refusalOf(Promise.reject(refused?.reason))).toMatchObject({ reason: 'EMAIL_TAKEN' })
  })

  test('of an account that is not active is refused', async () => {
    const claims = newSomebody()
    const { id } = await clientWith(externalToken({ claims })).auth.me.query()
    await services.db.user.update({ where: { id }, data: { isActive: false } })
    const refusal = await refusalOf(clientWith(externalToken({ claims })).auth.me.query())
    expect(refusal).toMatchObject({ reason: 'ACCOUNT_INACTIVE', httpStatus: 401 })
  })

  test('gives no password to sign in by', async () => {
    const claims = newSomebody()
    await clientWith(externalToken({ claims })).auth.me.query()
    for (const password of ['', 'null', 'correct horse battery staple']) {
      const login = inProcessClient(services).auth.login.mutate({ email: claims.email, password })
      expect(await refusalOf(login)).toMatchObject({ reason: 'INVALID_CREDENTIALS' })
    }
  })

  test('may delete its account, without a password, and begins anew with the next one', async () => {
    const claims = newSomebody()
    const client = clientWith(externalToken({ claims }))
    const { id } = await client.auth.me.query()
    await client.task.create.mutate({ title: 'x' })
    expect(await client.auth.deleteAccount.mutate({})).toBeNull()
    expect(await services.db.task.count({ where: { userId: id } })).toBe(0)
    expect(await services.db.externalIdentity.count({ where: { subject: claims.sub } })).toBe(0)
    expect((await client.auth.me.query()).id).not.toBe(id)
  })
})
