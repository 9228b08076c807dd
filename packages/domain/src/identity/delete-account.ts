import type { DeleteAccountInput } from '@taskwire/contract'
import { type Database, inTransaction } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { findAccount } from './accounts.ts'
import { revokeApiTokens } from './api-tokens.ts'
import type { Caller } from './authenticate.ts'
import { confirmPassword, requirePassword } from './confirm-password.ts'
import { endOtherSessions } from './end-sessions.ts'
import type { Identity } from './identity.ts'
import { removeSmallAccount } from './remove-account.ts'

/** Days for which other tokens of a deleted account's owner may still be good; the token of this call says it itself. */
const TOKEN_LIFE_DAYS = 7
/** Seconds by which the clock of the other sign-in service may be ahead of the database's. */
const CLOCK_DIFFERENCE = 60

/**
 * Deletes the account and everything of it, for good. From then on it is gone for everybody, and its address is free; the
 * rows of a large one go within minutes (`removeDeletedAccounts`). Who signs in elsewhere has no password to confirm it by.
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
  await deleteForGood(db, identity, { userId, tokenExpiresAt })
}

/** An account that is gone for everybody. */
export interface DeletedAccount {
  id: string
  /** Tasks, those in the trash among them, that were in it. */
  tasks: number
  /** Whether nothing is left of it: rows of a large one are. */
  gone: boolean
}

/** Deletes an account in the same way, asking for nothing: for whoever runs the server. @throws DomainError NOT_FOUND */
export async function deleteAccountOf(db: Database, identity: Identity, email: string): Promise<DeletedAccount> {
  const { id } = await findAccount(db, email)
  const deleted = await deleteForGood(db, identity, { userId: id, tokenExpiresAt: null })
  if (deleted === null) throw new DomainError('NOT_FOUND')
  return deleted
}

interface Deletion {
  userId: string
  /** Of the token of another sign-in service by which the owner asks for it. */
  tokenExpiresAt: Date | null
}

/** @returns null where there was no account */
async function deleteForGood(db: Database, identity: Identity, deletion: Deletion): Promise<DeletedAccount | null> {
  const { userId } = deletion
  const tasks = await inTransaction(db, (transaction) => markDeleted(transaction, deletion))
  identity.accessChanged(userId)
  if (tasks === null) return null
  identity.audit({ event: 'accountDeleted', userId })
  return { id: userId, tasks, gone: await removeSmallAccount(db, { userId, tasks }) }
}

/**
 * From the moment that the account is gone, nobody gets in by what was good for it. It is locked first: who is about to
 * sign in, or to make a token, comes before and is found by the statements after, or comes after and is refused.
 */
async function markDeleted(transaction: Database, { userId, tokenExpiresAt }: Deletion): Promise<number | null> {
  // What is no address can be typed by nobody, and keeps the column's promises.
  const [account] = await transaction.$queryRaw<{ tasks: number }[]>`
    UPDATE users SET email = 'deleted:' || id, password_hash = NULL,
      deleted_at = clock_timestamp()
    WHERE id = ${userId}::uuid AND deleted_at IS NULL
    RETURNING live_tasks + deleted_tasks AS tasks`
  if (account === undefined) return null
  await endOtherSessions(transaction, userId, null)
  await revokeApiTokens(transaction, userId)
  await forgetExternalIdentities(transaction, { userId, tokenExpiresAt })
  return account.tasks
}

/**
 * The owner's tokens of the other sign-in service must not make the account anew, and may be out on several devices. One
 * statement, so that a call that is about to make it finds out: see `createExternalUser`.
 */
async function forgetExternalIdentities(transaction: Database, { userId, tokenExpiresAt }: Deletion): Promise<void> {
  await transaction.$executeRaw`
    WITH forgotten AS (
      DELETE FROM external_identities WHERE user_id = ${userId}::uuid RETURNING issuer, subject
    )
    INSERT INTO external_deletions (issuer, subject, issued_before, until)
    SELECT issuer, subject, now + make_interval(secs => ${CLOCK_DIFFERENCE}::int),
      greatest(now + make_interval(days => ${TOKEN_LIFE_DAYS}::int), ${tokenExpiresAt}::timestamptz)
    FROM forgotten, clock_timestamp() AS now
    ON CONFLICT (issuer, subject) DO UPDATE
    SET issued_before = excluded.issued_before, until = greatest(external_deletions.until, excluded.until)`
}
