import type { ChangePasswordInput } from '@taskwire/contract'
import { type Database, inTransaction } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import type { Identity } from './identity.ts'
import { checkNewPassword } from './password-policy.ts'
import { endOtherSessions } from './sessions.ts'

/**
 * Sets a new password and ends every other session of the user: whoever knew the old one is out.
 *
 * @throws DomainError INVALID_CREDENTIALS for a wrong current password, VALIDATION_FAILED for a new one against the
 * policy, OVERLOADED
 */
export async function changePassword(
  db: Database,
  identity: Identity,
  change: ChangePasswordInput & { userId: string; sessionId: string | null },
): Promise<void> {
  const { userId, sessionId, currentPassword, newPassword } = change
  const current = await confirmPassword(db, identity, { userId, password: currentPassword })
  const { email } = current
  checkNewPassword({ password: newPassword, email, minLength: identity.policy.passwordMinLength, field: 'newPassword' })
  const passwordHash = await identity.passwords.hash(newPassword)
  await inTransaction(db, async (transaction) => {
    const unchanged = { id: userId, passwordHash: current.passwordHash }
    const { count } = await transaction.user.updateMany({ where: unchanged, data: { passwordHash } })
    // Somebody was faster: the password that was confirmed is no longer the current one.
    if (count === 0) throw new DomainError('INVALID_CREDENTIALS')
    await endOtherSessions(transaction, userId, sessionId)
  })
  identity.audit({ event: 'passwordChanged', userId })
}

/** The account, to somebody who knows its password. @throws DomainError INVALID_CREDENTIALS, OVERLOADED */
export async function confirmPassword(
  db: Database,
  { passwords, audit }: Identity,
  { userId, password }: { userId: string; password: string },
): Promise<{ email: string; passwordHash: string }> {
  const account = await db.user.findUnique({ where: { id: userId }, select: { email: true, passwordHash: true } })
  if (!account?.passwordHash || !(await passwords.verify(password, account.passwordHash))) {
    audit({ event: 'signInFailed', userId })
    throw new DomainError('INVALID_CREDENTIALS')
  }
  return { email: account.email, passwordHash: account.passwordHash }
}
