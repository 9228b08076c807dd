import type { DeleteAccountInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import type { Caller } from './authenticate.ts'
import { confirmPassword, requirePassword } from './confirm-password.ts'
import { forgetAccess, type Identity } from './identity.ts'

/** Days for which other tokens of a deleted account's owner may still be good; the token of this call says it itself. */
const TOKEN_LIFE_DAYS = 7
/** Seconds by which the clock of the other sign-in service may be ahead of the database's. */
const CLOCK_DIFFERENCE = 60

/**
 * Deletes the account and everything of it, at once and for good. Who signs in elsewhere has no password to confirm it by.
 *
 * @throws DomainError INVALID_CREDENTIALS for a wrong password, VALIDATION_FAILED for a missing one, OVERLOADED
 */
export async function deleteAccount(
  db: Database,
  identity: Identity,
  { caller, password }: DeleteAccountInput & { caller: Caller },
): Promise<void> {
  const { userId } = caller
  if (caller.kind !== 'external') {
    await confirmPassword(db, identity, { userId, password: requirePassword(password) })
  }
  const tokenExpiresAt = caller.kind === 'external' ? caller.tokenExpiresAt : null
  const deleted = await deleteForGood(db, userId, tokenExpiresAt)
  forgetAccess(identity, userId)
  if (deleted) identity.audit({ event: 'accountDeleted', userId })
}

/**
 * In one statement: from the moment that the account is gone, it is known that its owner's tokens of the other sign-in
 * service must not make it anew. They may be out on several devices.
 *
 * @returns whether there was an account
 */
async function deleteForGood(db: Database, userId: string, tokenExpiresAt: Date | null): Promise<boolean> {
  const [gone] = await db.$queryRaw<{ count: number }[]>`
    WITH gone AS (
      DELETE FROM users WHERE id = ${userId}::uuid RETURNING id
    ),
    remembered AS (
      INSERT INTO external_deletions (issuer, subject, issued_before, until)
      SELECT issuer, subject, now + make_interval(secs => ${CLOCK_DIFFERENCE}::int),
        greatest(now + make_interval(days => ${TOKEN_LIFE_DAYS}::int), ${tokenExpiresAt}::timestamptz)
      FROM gone JOIN external_identities ON user_id = gone.id, clock_timestamp() AS now
      ON CONFLICT (issuer, subject) DO UPDATE
      SET issued_before = excluded.issued_before, until = greatest(external_deletions.until, excluded.until)
    )
    SELECT count(*)::int AS count FROM gone`
  return gone !== undefined && gone.count > 0
}
