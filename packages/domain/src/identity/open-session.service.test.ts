import { testDatabase } from '@taskwire/prisma/testing'
import { beforeAll, expect, test } from 'vitest'
import { userSelect } from './get-user.ts'
import type { Identity } from './identity.ts'
import { openSession } from './open-session.ts'
import type { SignIn } from './session.ts'
import { testIdentity } from './testing/test-identity.ts'

const passwordHash = 'of no password'
const place = { device: { userAgent: null, ip: null }, replacedToken: null }

let db: Awaited<ReturnType<typeof testDatabase>>['client']
let identity: Identity
beforeAll(async () => {
  db = (await testDatabase()).client
  identity = testIdentity(db)
})

test('50 sign-ins at once leave open 50 sessions, theirs, and each of the others is noted once', async () => {
  const user = await db.user.create({ data: { email: 'eager@example.com', passwordHash }, select: userSelect })
  const signInAtOnce = (count: number) =>
    Promise.all(Array.from({ length: count }, () => openSession(db, identity, { ...place, user, passwordHash })))
  const earlier = await signInAtOnce(40)
  const later = await signInAtOnce(50)

  const open = await db.session.findMany({ where: { userId: user.id, revokedAt: null }, select: { id: true } })
  expect(open.map(({ id }) => id).sort()).toEqual(idsOf(later))
  const ended = [...earlier, ...later].flatMap((opened) => opened.ended.map(({ sessionId }) => sessionId))
  expect(ended.sort()).toEqual(idsOf(earlier))
})

function idsOf(opened: { signIn: SignIn }[]): string[] {
  return opened.map(({ signIn }) => signIn.sessionId).sort()
}
