import { emailSchema } from '@taskwire/contract'
import { type Database, inTransaction, isUniqueViolation } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import type { ExternalSubject } from './external-token.ts'
import type { Identity } from './identity.ts'

/**
 * The account of a user who signs in elsewhere, made at first sight.
 *
 * @throws DomainError EMAIL_TAKEN when the address has an account already: it must not be had by claiming it elsewhere;
 * TOKEN_INVALID when an account is to be made and the token names no valid address; ACCOUNT_INACTIVE
 */
export async function findExternalUser(
  db: Database,
  identity: Pick<Identity, 'audit'>,
  external: ExternalSubject,
): Promise<string> {
  return (await readExternalUser(db, external)) ?? (await createExternalUser(db, identity, external))
}

/** The account of a user who signs in elsewhere, if there is one. @throws DomainError ACCOUNT_INACTIVE */
export async function readExternalUser(db: Database, { issuer, subject }: ExternalSubject): Promise<string | null> {
  const identity = await db.externalIdentity.findUnique({
    where: { issuer_subject: { issuer, subject } },
    select: { user: { select: { id: true, isActive: true } } },
  })
  if (identity === null) return null
  if (!identity.user.isActive) throw new DomainError('ACCOUNT_INACTIVE')
  return identity.user.id
}

async function createExternalUser(
  db: Database,
  { audit }: Pick<Identity, 'audit'>,
  external: ExternalSubject,
): Promise<string> {
  const email = emailSchema.safeParse(external.email)
  if (!email.success) throw new DomainError('TOKEN_INVALID')
  try {
    const userId = await inTransaction(db, async (transaction) => {
      const { id } = await transaction.user.create({ data: { email: email.data }, select: { id: true } })
      const { issuer, subject } = external
      await transaction.externalIdentity.create({ data: { issuer, subject, userId: id }, select: { userId: true } })
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
