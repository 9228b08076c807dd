import type { LoginInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { withPassword } from './confirm-password.ts'
import { noteEnded } from './end-sessions.ts'
import { userSelect } from './get-user.ts'
import type { HashOwner } from './hash-queue.ts'
import type { Identity } from './identity.ts'
import { openSession, type SignInPlace } from './open-session.ts'
import type { SignIn } from './session.ts'

/**
 * Signs in, and ends the session that the browser had. Whatever is wrong, the answer and the work are the same: nobody
 * learns which addresses have an account.
 *
 * @param network whose turn it is to try a password: see `HashOwner`
 * @throws DomainError INVALID_CREDENTIALS, OVERLOADED
 */
export async function login(
  db: Database,
  identity: Identity,
  { email, password, network, ...place }: LoginInput & SignInPlace & { network: string | null },
): Promise<SignIn> {
  const attempt = { email, password, turn: { account: email, network } }
  const { signIn, ended } = await withPassword(
    () => confirmSignIn(db, identity, attempt),
    async ({ userId, passwordHash, user, outdated }) => {
      const opened = await openSession(db, identity, { user, passwordHash, ...place })
      // The answer does not wait for it.
      if (outdated) void replaceHash(db, identity, { ...attempt, userId, passwordHash })
      return opened
    },
  )
  identity.audit({ event: 'signedIn', userId: signIn.result.user.id, sessionId: signIn.sessionId })
  noteEnded(identity, ended)
  return signIn
}

interface Attempt {
  email: string
  password: string
  turn: HashOwner
}

/** The account, to somebody who knows its password. @throws DomainError INVALID_CREDENTIALS, OVERLOADED */
async function confirmSignIn(
  db: Database,
  { passwords, pseudonym, audit }: Identity,
  { email, password, turn }: Attempt,
) {
  const account = await db.user.findUnique({
    where: { email },
    select: { ...userSelect, isActive: true, passwordHash: true },
  })
  const match = account?.passwordHash
    ? await passwords.verify(password, account.passwordHash, turn)
    : await passwords.verifyDummy(password, turn)
  if (!account?.passwordHash || !match || !account.isActive) {
    audit({ event: 'signInFailed', account: pseudonym(email), ...(account !== null && { userId: account.id }) })
    throw new DomainError('INVALID_CREDENTIALS')
  }
  const { isActive: _, passwordHash, ...user } = account
  return { userId: user.id, passwordHash, user, outdated: match === 'outdated' }
}

/** Hashes a password anew that was hashed at another cost or in an earlier form, unless it is another by then. */
async function replaceHash(
  db: Database,
  { passwords }: Identity,
  { userId, passwordHash, password, turn }: Attempt & { userId: string; passwordHash: string },
): Promise<void> {
  try {
    const current = await passwords.hash(password, turn)
    await db.user.updateMany({ where: { id: userId, passwordHash }, data: { passwordHash: current } })
  } catch {
    // The queue is full, the database away, the server about to stop: the next sign-in tries again.
  }
}
