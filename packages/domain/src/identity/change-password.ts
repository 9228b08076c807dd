import type { ChangePasswordInput } from '@taskwire/contract'
import { type Database, inTransaction } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { revokeApiTokens } from './api-tokens.ts'
import { confirmPassword, withPassword } from './confirm-password.ts'
import { endOtherSessions } from './end-sessions.ts'
import { getUser } from './get-user.ts'
import type { Identity } from './identity.ts'
import { checkNewPassword } from './password-policy.ts'

/**
 * Sets a new password and ends every other session of the user, and the API tokens unless they are to be kept: whoever
 * knew the old one is out. The policy comes first, since a password costs a third of a second of a core to look at.
 *
 * @throws DomainError VALIDATION_FAILED for a new password against the policy, INVALID_CREDENTIALS for a wrong current
 * one, OVERLOADED
 */
export async function changePassword(
  db: Database,
  identity: Identity,
  change: ChangePasswordInput & { userId: string; sessionId: string | null },
): Promise<void> {
  const { userId, sessionId, currentPassword, newPassword, keepApiTokens = false } = change
  const { email } = await getUser(db, userId)
  checkNewPassword({ password: newPassword, email, minLength: identity.policy.passwordMinLength, field: 'newPassword' })
  const confirm = () => confirmPassword(db, identity, { userId, password: currentPassword })
  const tokens = await withPassword(confirm, async (current) => {
    const passwordHash = await identity.passwords.hash(newPassword, { account: userId, network: null })
    return inTransaction(db, async (transaction) => {
      const unchanged = { id: userId, passwordHash: current.passwordHash }
      const { count } = await transaction.user.updateMany({ where: unchanged, data: { passwordHash } })
      // Somebody was faster: the password that was confirmed is no longer the current one.
      if (count === 0) throw new DomainError('INVALID_CREDENTIALS')
      await endOtherSessions(transaction, userId, sessionId)
      return keepApiTokens ? 0 : revokeApiTokens(transaction, userId)
    })
  })
  identity.accessChanged(userId)
  identity.audit({ event: 'passwordChanged', userId })
  if (tokens > 0) identity.audit({ event: 'tokenRevoked', userId, count: tokens })
}
