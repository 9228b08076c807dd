import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Identity } from './identity.ts'
import { login } from './login.ts'
import { createPasswords, type Passwords } from './passwords.ts'
import { testIdentity } from './testing/test-identity.ts'

const password = 'correct horse battery staple'
const turn = { account: 'somebody', network: null }
const place = { device: { userAgent: null, ip: null }, replacedToken: null }

let db: Awaited<ReturnType<typeof testDatabase>>['client']
let identity: Identity
/** Whoever needs a hash is told that there is none any more. */
let closed: Passwords
beforeAll(async () => {
  db = (await testDatabase()).client
  identity = testIdentity(db)
  closed = createPasswords({ cost: 4 })
  await closed.close()
  const passwordHash = await identity.passwords.hash(password, turn)
  await db.user.createMany({
    data: [
      { email: 'known@example.com', passwordHash },
      { email: 'inactive@example.com', passwordHash, isActive: false },
      { email: 'elsewhere@example.com' },
      { email: 'broken@example.com', passwordHash: 'no hash' },
    ],
  })
})
afterAll(() => identity.passwords.close())

test.each([
  ['the right password', { email: 'known@example.com', password }],
  ['a wrong password', { email: 'known@example.com', password: 'wrong' }],
  ['no password', { email: 'known@example.com', password: '' }],
  ['a password that is too long', { email: 'known@example.com', password: 'x'.repeat(1_024) }],
  ['an unknown address', { email: 'unknown@example.com', password }],
  ['an unknown address and a password that is too long', { email: 'unknown@example.com', password: 'x'.repeat(1_024) }],
  ['an account that is not active', { email: 'inactive@example.com', password }],
  ['an account that signs in elsewhere', { email: 'elsewhere@example.com', password }],
  ['an account whose hash is none', { email: 'broken@example.com', password }],
])('%s costs a hash, like every other sign-in', async (_, attempt) => {
  await expect(login(db, { ...identity, passwords: closed }, { ...attempt, ...place, network: null })).rejects.toThrow(
    'UNAVAILABLE',
  )
})
