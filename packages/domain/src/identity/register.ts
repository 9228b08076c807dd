import type { RegisterInput } from '@taskwire/contract'
import { type Database, inTransaction } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { refuseTaken } from '../refuse-taken.ts'
import { noteEnded } from './end-sessions.ts'
import { userSelect } from './get-user.ts'
import type { Identity } from './identity.ts'
import { openSession, type SignInPlace } from './open-session.ts'
import { checkNewPassword } from './password-policy.ts'
import type { SignIn } from './session.ts'

/**
 * Makes an account and signs in, and ends the session that the browser had.
 *
 * @param network whose turn it is to have a password hashed: see `HashOwner`
 * @throws DomainError VALIDATION_FAILED for a password against the policy, EMAIL_TAKEN, OVERLOADED
 */
export async function register(
  db: Database,
  identity: Identity,
  { email, password, network, ...place }: RegisterInput & SignInPlace & { network: string | null },
): Promise<SignIn> {
  checkNewPassword({ password, email, minLength: identity.policy.passwordMinLength })
  // Before the hash: a taken address must not cost a third of a second of a core.
  if ((await db.user.count({ where: { email } })) > 0) throw new DomainError('EMAIL_TAKEN')
  const passwordHash = await identity.passwords.hash(password, { account: email, network })
  // Together: an account whose owner was shown an error would answer the next try with EMAIL_TAKEN.
  const { signIn, ended } = await refuseTaken('EMAIL_TAKEN', () =>
    inTransaction(db, async (transaction) => {
      const user = await transaction.user.create({ data: { email, passwordHash }, select: userSelect })
      return openSession(transaction, identity, { user, passwordHash, ...place })
    }),
  )
  identity.audit({ event: 'registered', userId: signIn.result.user.id, sessionId: signIn.sessionId })
  noteEnded(identity, ended)
  return signIn
}
