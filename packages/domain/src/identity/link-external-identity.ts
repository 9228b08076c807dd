import { validationIssue } from '@taskwire/contract'
import { type Database, inTransaction } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { lockUser } from '../lock-user.ts'
import { type Account, findAccount } from './accounts.ts'
import { revokeApiTokens } from './api-tokens.ts'
import { endOtherSessions } from './end-sessions.ts'
import type { Identity } from './identity.ts'

/** A user of another sign-in service. */
export interface ExternalName {
  issuer: string
  /** The user's name at that issuer. */
  subject: string
}

/** What linking an account has done. */
export interface AccountLink extends Account {
  /** False where it was linked to the same user before. */
  isNew: boolean
  passwordRemoved: boolean
  /** How many were ended. */
  sessions: number
  /** How many were revoked. */
  apiTokens: number
}

/**
 * Gives an account that is there to a user of another sign-in service. Whoever made the account with an address that is
 * not theirs knows its password: unless that is to be kept, it is removed, and sessions and API tokens end.
 *
 * @throws DomainError NOT_FOUND, VALIDATION_FAILED when the user of the other service has another account
 */
export async function linkExternalIdentity(
  db: Database,
  identity: Identity,
  { email, issuer, subject, keepPassword }: ExternalName & { email: string; keepPassword: boolean },
): Promise<AccountLink> {
  const account = await findAccount(db, email)
  const done = await inTransaction(db, async (transaction) => {
    // It may have been deleted since.
    if (!(await lockUser(transaction, account.id))) throw new DomainError('NOT_FOUND')
    const { count } = await transaction.externalIdentity.createMany({
      data: [{ issuer, subject, userId: account.id }],
      skipDuplicates: true,
    })
    if (count === 0) await refuseAnothers(transaction, account, { issuer, subject })
    const isNew = count > 0
    if (keepPassword) return { isNew, passwordRemoved: false, sessions: 0, apiTokens: 0 }
    const known = { id: account.id, passwordHash: { not: null } }
    const removed = await transaction.user.updateMany({ where: known, data: { passwordHash: null } })
    return {
      isNew,
      passwordRemoved: removed.count > 0,
      sessions: await endOtherSessions(transaction, account.id, null),
      apiTokens: await revokeApiTokens(transaction, account.id),
    }
  })
  identity.accessChanged(account.id)
  identity.audit({ event: 'identityLinked', userId: account.id })
  return { ...account, ...done }
}

/** As whom its owner signs in elsewhere. @throws DomainError NOT_FOUND */
export async function listExternalIdentities(db: Database, email: string): Promise<ExternalName[]> {
  const { id } = await findAccount(db, email)
  return db.externalIdentity.findMany({ where: { userId: id }, select: { issuer: true, subject: true } })
}

async function refuseAnothers(db: Database, account: Account, { issuer, subject }: ExternalName): Promise<void> {
  const { user } = await db.externalIdentity.findUniqueOrThrow({
    where: { issuer_subject: { issuer, subject } },
    select: { user: { select: { id: true, email: true } } },
  })
  if (user.id === account.id) return
  throw new DomainError('VALIDATION_FAILED', {
    issues: [validationIssue('subject', 'IDENTITY_TAKEN', { subject, issuer, email: user.email })],
  })
}
