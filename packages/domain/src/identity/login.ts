import type { LoginInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import type { Identity } from './identity.ts'
import { noteEnded, openSession, type SignIn, type SignInPlace, userSelect } from './session.ts'

/**
 * Signs in, and ends the session that the browser had. Whatever is wrong, the answer and the work are the same: nobody
 * learns which addresses have an account.
 *
 * @throws DomainError INVALID_CREDENTIALS, OVERLOADED
 */
export async function login(
  db: Database,
  identity: Identity,
  { email, password, ...place }: LoginInput & SignInPlace,
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
  const { signIn, ended } = await openSession(db, identity, { user, passwordHash, ...place })
  identity.audit({ event: 'signedIn', userId: user.id, sessionId: signIn.sessionId })
  noteEnded(identity, ended)
  return signIn
}
