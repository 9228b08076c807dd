import { createPasswords } from '@taskwire/domain'
import { hashSync } from 'bcryptjs'
import { expect, vi } from 'vitest'
import { test as base } from './testing/fixture.ts'
import { refusalOf, type TestUser, testServices, testSignIn } from './testing/index.ts'

const test = base.extend('dearer', { scope: 'file' }, ({ db }, { onCleanup }) => {
  const dearer = testServices(db, { bcryptCost: 6 })
  onCleanup(() => dearer.close())
  return dearer
})

async function hashOf({ services, user }: TestUser): Promise<string | null> {
  return (await services.db.user.findUniqueOrThrow({ where: { id: user.id } })).passwordHash
}

/** As it was stored before NFKC. */
async function storeEarlierForm({ services, user }: TestUser, password: string): Promise<void> {
  await services.db.user.update({ where: { id: user.id }, data: { passwordHash: hashSync(password, 4) } })
}

test('a sign-in brings the hash to the present cost, once', async ({ me, dearer }) => {
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

test('a password that was hashed before NFKC signs in, and is hashed anew', async ({ me, services }) => {
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

test('many sign-ins at once all succeed while the hash is replaced', async ({ me, services, dearer }) => {
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 4 }, () => testSignIn(round % 2 === 0 ? dearer : services, me)))
  }
})

test('a change of the password right after a sign-in succeeds too, and is what counts', async ({ me, dearer }) => {
  await testSignIn(dearer, me)
  const newPassword = 'a wholly new passphrase'
  await me.client.auth.changePassword.mutate({ currentPassword: me.password, newPassword })
  await testSignIn(dearer, { ...me, password: newPassword })
  expect(await refusalOf(testSignIn(dearer, me))).toMatchObject({ reason: 'INVALID_CREDENTIALS' })
})

test('a sign-in succeeds where there is no time to hash anew, and leaves the hash as it is', async ({ me, dearer }) => {
  const before = await hashOf(me)
  await using passwords = createPasswords({ cost: 6, threads: 1, maxQueue: 0 })
  const identity = {
    ...dearer.identity,
    passwords: { ...passwords, hash: () => Promise.reject(new Error('No time')) },
  }
  const full = { ...dearer, identity }
  await testSignIn(full, me)
  expect(await hashOf(me)).toBe(before)
})
