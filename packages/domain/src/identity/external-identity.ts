import { emailSchema } from '@taskwire/contract'
import { type Database, inTransaction, isUniqueViolation } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import type { ExternalSubject } from './external-token.ts'
import type { Identity } from './identity.ts'

/**
 * The account of a user who signs in elsewhere, made at first sight.
 *
 * @throws DomainError EMAIL_TAKEN when the address has an account already: it must not be had by claiming it elsewhere;
 * TOKEN_INVALID when an account is to be made and the token names no valid address, or none that is verified;
 * SESSION_REVOKED when the account was deleted and the token is older than that; ACCOUNT_INACTIVE
 */
export async function findExternalUser(db: Database, identity: Identity, external: ExternalSubject): Promise<string> {
  return (await readExternalUser(db, external)) ?? (await createExternalUser(db, identity, external))
}

/** The account of a user who signs in elsewhere, if there is one. @throws DomainError ACCOUNT_INACTIVE, SESSION_REVOKED */
export async function readExternalUser(db: Database, external: ExternalSubject): Promise<string | null> {
  const { issuer, subject } = external
  const identity = await db.externalIdentity.findUnique({
    where: { issuer_subject: { issuer, subject } },
    select: { user: { select: { id: true, isActive: true } } },
  })
  if (identity === null) {
    await refuseDeleted(db, external)
    return null
  }
  if (!identity.user.isActive) throw new DomainError('ACCOUNT_INACTIVE')
  return identity.user.id
}

async function createExternalUser(db: Database, { audit }: Identity, external: ExternalSubject): Promise<string> {
  const email = emailSchema.safeParse(external.email)
  if (!email.success) throw new DomainError('TOKEN_INVALID')
  try {
    const userId = await inTransaction(db, async (transaction) => {
      const { id } = await transaction.user.create({ data: { email: email.data }, select: { id: true } })
      const { issuer, subject } = external
      await transaction.externalIdentity.create({ data: { issuer, subject, userId: id }, select: { userId: true } })
      // Once more: it may have been made and deleted since we looked, and this insert has waited for that.
      await refuseDeleted(transaction, external)
      return id
    })
    audit({ event: 'registered', userId })
    return userId
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    // Two first requests at once: the other one has made the account.
    const userId = await readExternalUser(db, external)
    if (userId === null) throw new DomainError('EMAIL_TAKEN')
    return userId
  }
}

/** Refuses a token of before the account's deletion. One that does not say when it was issued counts as old. */
async function refuseDeleted(db: Database, { issuer, subject, issuedAt }: ExternalSubject): Promise<void> {
  const deleted = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM external_deletions
    WHERE issuer = ${issuer} AND subject = ${subject} AND until > clock_timestamp()
      AND coalesce(${issuedAt ?? null}::timestamptz < issued_before, true)`
  if (deleted.length > 0) throw new DomainError('SESSION_REVOKED')
}
