import type { LoginInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import type { Identity } from './identity.ts'
import { type Device, openSession, type SignIn, userSelect } from './session.ts'

/**
 * Signs in. Whatever is wrong, the answer and the work are the same: nobody learns which addresses have an account.
 *
 * @throws DomainError INVALID_CREDENTIALS, OVERLOADED
 */
export async function login(
  db: Database,
  identity: Identity,
  { email, password, device }: LoginInput & { device: Device },
): Promise<SignIn> {
  const account = await db.user.findUnique({
    where: { email },
    select: { ...userSelect, isActive: true, passwordHash: true },
  })
  const { passwords } = identity
  const matches = account?.passwordHash
    ? await passwords.verify(password, account.passwordHash)
    : await passwords.verifyDummy(password)
  if (!account?.passwordHash || !matches || !account.isActive) {
    identity.audit({ event: 'signInFailed', ...(account !== null && { userId: account.id }) })
    throw new DomainError('INVALID_CREDENTIALS')
  }
  const { isActive: _, passwordHash, ...user } = account
  const signIn = await openSession(db, identity, { user, passwordHash, device })
  identity.audit({ event: 'signedIn', userId: user.id, sessionId: signIn.sessionId })
  return signIn
}
