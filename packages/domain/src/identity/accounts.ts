import { type Database, inTransaction } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { revokeApiTokens } from './api-tokens.ts'
import { endOtherSessions } from './end-sessions.ts'
import type { Identity } from './identity.ts'
import { checkNewPassword } from './password-policy.ts'

/** An account as whoever runs the server sees it. */
export interface Account {
  id: string
  email: string
  isActive: boolean
  createdAt: Date
}

const accountSelect = { id: true, email: true, isActive: true, createdAt: true }

/** Accounts by address, beginning after the given one. */
export async function listAccounts(
  db: Database,
  { after, limit }: { after?: string; limit: number },
): Promise<Account[]> {
  return db.user.findMany({
    where: { deletedAt: null, ...(after !== undefined && { email: { gt: after } }) },
    orderBy: { email: 'asc' },
    take: limit,
    select: accountSelect,
  })
}

/** @throws DomainError NOT_FOUND */
export async function findAccount(db: Database, email: string): Promise<Account> {
  const account = await db.user.findUnique({ where: { email }, select: accountSelect })
  if (account === null) throw new DomainError('NOT_FOUND')
  return account
}

/** The address of the account with this id. @throws DomainError NOT_FOUND */
export async function findAddress(db: Database, id: string): Promise<string> {
  const account = await db.user.findUnique({ where: { id, deletedAt: null }, select: { email: true } })
  if (account === null) throw new DomainError('NOT_FOUND')
  return account.email
}

/**
 * An account that is not active cannot sign in, and whoever is signed in to it is out: within a moment where processes
 * tell each other, else within 5 s.
 *
 * @throws DomainError NOT_FOUND
 */
export async function setAccountActive(
  db: Database,
  identity: Identity,
  { email, isActive }: { email: string; isActive: boolean },
): Promise<Account> {
  const [account] = await db.user.updateManyAndReturn({ where: { email }, data: { isActive }, select: accountSelect })
  if (account === undefined) throw new DomainError('NOT_FOUND')
  identity.accessChanged(account.id)
  identity.audit({ event: isActive ? 'accountActivated' : 'accountDeactivated', userId: account.id })
  return account
}

/**
 * Sets a password without knowing the old one, and ends every session and API token of the account.
 *
 * @returns the account, and how many API tokens were revoked
 * @throws DomainError NOT_FOUND, VALIDATION_FAILED for a password against the policy
 */
export async function resetPassword(
  db: Database,
  identity: Identity,
  { email, password }: { email: string; password: string },
): Promise<Account & { apiTokens: number }> {
  const account = await findAccount(db, email)
  checkNewPassword({ password, email, minLength: identity.policy.passwordMinLength })
  const passwordHash = await identity.passwords.hash(password, { account: account.id, network: null })
  const apiTokens = await inTransaction(db, async (transaction) => {
    const { count } = await transaction.user.updateMany({
      where: { id: account.id, deletedAt: null },
      data: { passwordHash },
    })
    if (count === 0) throw new DomainError('NOT_FOUND')
    await endOtherSessions(transaction, account.id, null)
    return revokeApiTokens(transaction, account.id)
  })
  identity.accessChanged(account.id)
  identity.audit({ event: 'passwordChanged', userId: account.id })
  if (apiTokens > 0) identity.audit({ event: 'tokenRevoked', userId: account.id, count: apiTokens })
  return { ...account, apiTokens }
}
