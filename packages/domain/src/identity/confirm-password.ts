import { validationIssue } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import type { Identity } from './identity.ts'

/** The account of somebody who has just shown that they know its password. */
interface ConfirmedAccount {
  userId: string
  /** As it was then. */
  passwordHash: string
}

/**
 * The account, to somebody who is signed in to it and knows its password.
 *
 * @throws DomainError INVALID_CREDENTIALS, OVERLOADED
 */
export async function confirmPassword(
  db: Database,
  { passwords, audit }: Identity,
  { userId, password }: { userId: string; password: string },
): Promise<ConfirmedAccount> {
  const account = await db.user.findUnique({ where: { id: userId }, select: { passwordHash: true } })
  const turn = { account: userId, network: null }
  if (!account?.passwordHash || !(await passwords.verify(password, account.passwordHash, turn))) {
    audit({ event: 'signInFailed', userId })
    throw new DomainError('INVALID_CREDENTIALS')
  }
  return { userId, passwordHash: account.passwordHash }
}

/** Times that a password is confirmed for one piece of work. */
const MAX_TRIES = 3

/**
 * Confirms a password and does what takes it, both again if the hash is another by then: mostly since the password is
 * another as well, but a sign-in may have replaced the hash of the same one, and two processes with different costs do so
 * in turn.
 *
 * @param work throws DomainError INVALID_CREDENTIALS when the account has no longer the hash that it is given
 */
export async function withPassword<Account extends ConfirmedAccount, T>(
  confirm: () => Promise<Account>,
  work: (account: Account) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const account = await confirm()
    try {
      return await work(account)
    } catch (error) {
      const isAnother = error instanceof DomainError && error.reason === 'INVALID_CREDENTIALS'
      if (!isAnother || tries === MAX_TRIES) throw error
    }
  }
}

/** What a field for the password holds. @throws DomainError VALIDATION_FAILED for nothing */
export function requirePassword(password: string | undefined): string {
  if (password !== undefined) return password
  throw new DomainError('VALIDATION_FAILED', {
    issues: [validationIssue('password', 'REQUIRED', { label: 'Password' })],
  })
}
