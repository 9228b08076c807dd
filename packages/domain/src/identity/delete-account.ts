import type { DeleteAccountInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import type { Caller } from './authenticate.ts'
import { confirmPassword } from './change-password.ts'
import type { Identity } from './identity.ts'

/**
 * Deletes the account and everything of it, at once and for good. Who signs in elsewhere has no password to confirm it by.
 *
 * @throws DomainError INVALID_CREDENTIALS for a wrong password, VALIDATION_FAILED for a missing one, OVERLOADED
 */
export async function deleteAccount(
  db: Database,
  identity: Identity,
  { caller: { userId, kind }, password }: DeleteAccountInput & { caller: Caller },
): Promise<void> {
  if (kind !== 'external') {
    if (password === undefined) throw passwordRequired()
    await confirmPassword(db, identity, { userId, password })
  }
  const { count } = await db.user.deleteMany({ where: { id: userId } })
  if (count > 0) identity.audit({ event: 'accountDeleted', userId })
}

function passwordRequired(): DomainError<'VALIDATION_FAILED'> {
  return new DomainError('VALIDATION_FAILED', { issues: [{ path: 'password', message: 'Password is required' }] })
}
