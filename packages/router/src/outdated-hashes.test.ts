import { createPasswords } from '@taskwire/domain'
import { testDatabase } from '@taskwire/prisma/testing'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { refusalOf, type TestUser, testServices, testSignIn, testUser } from './testing/index.ts'

let services: ReturnType<typeof testServices>
let dearer: ReturnType<typeof testServices>
beforeAll(async () => {
  services = testServices((await testDatabase()).client)
  dearer = testServices(services.db, { bcryptCost: 6 })
})
afterAll(() => Promise.all([services.close(), dearer.close()]))

async function hashOf({ user }: TestUser): Promise<string | null> {
  return (await services.db.user.findUniqueOrThrow({ where: { id: user.id } })).passwordHash
}

/** As it was stored before NFKC. */
async function storeEarlierForm({ user }: TestUser, password: string): Promise<void> {
  await services.db.user.update({ where: { id: user.id }, data: { passwordHash: hashSync(password, 4) } })
}

test('a sign-in brings the hash to the present cost, once', async () => {
  const me = await testUser(services)
  expect(await hashOf(me)).toMatch(/^\$2b\$04\$/)
  await expect(testSignIn(dearer, { ...me, password: 'wrong' })).rejects.toThrow()
  expect(await hashOf(me)).toMatch(/^\$2b\$04\$/)
  await testSignIn(dearer, me)
  await vi.waitFor(async () => expect(await hashOf(me)).toMatch(/^\$2b\$06\$/), { timeout: 10_000 })
  const replaced = await hashOf(me)
  await testSignIn(dearer, me)
  await testSignIn(dearer, me)
  expect(await hashOf(me)).toBe(replaced)
})

test('a password that was hashed before NFKC signs in, and is hashed anew', async () => {
  const me = await testUser(services)
  const password = 'ﬁne Ⅻ ｗords'
  await storeEarlierForm(me, password)
  const earlier = await hashOf(me)
  for (const wrong of [password.normalize('NFKC'), 'ﬁne Ⅻ ｗord']) {
    expect(await refusalOf(testSignIn(services, { ...me, password: wrong }))).toMatchObject({
      reason: 'INVALID_CREDENTIALS',
    })
  }
  await testSignIn(services, { ...me, password })
  await vi.waitFor(async () => expect(await hashOf(me)).not.toBe(earlier), { timeout: 10_000 })
  await testSignIn(services, { ...me, password })
  await testSignIn(services, { ...me, password: password.normalize('NFKC') })
})

test('many sign-ins at once all succeed while the hash is replaced', async () => {
  const me = await testUser(services)
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 4 }, () => testSignIn(round % 2 === 0 ? dearer : services, me)))
  }
})

test('a change of the password right after a sign-in succeeds too, and is what counts', async () => {
  const me = await testUser(services)
  await testSignIn(dearer, me)
  const newPassword = 'a wholly new passphrase'
  await me.client.auth.changePassword.mutate({ currentPassword: me.password, newPassword })
  await testSignIn(dearer, { ...me, password: newPassword })
  expect(await refusalOf(testSignIn(dearer, me))).toMatchObject({ reason: 'INVALID_CREDENTIALS' })
})

test('a sign-in succeeds where there is no time to hash anew, and leaves the hash as it is', async () => {
  const me = await testUser(services)
  const before = await hashOf(me)
  await using passwords = createPasswords({ cost: 6, threads: 1, maxQueue: 0 })
  const full = { ...dearer, passwords: { ...passwords, hash: () => Promise.reject(new Error('No time')) } }
  await testSignIn(full, me)
  expect(await hashOf(me)).toBe(before)
})
