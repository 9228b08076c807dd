import type { ApiTokenCreated, ApiTokenCreateInput } from '@taskwire/contract'
import { type Database, inTransaction } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { createApiToken, insertApiToken } from './api-tokens.ts'
import type { Caller } from './authenticate.ts'
import { confirmPassword, requirePassword, withPassword } from './confirm-password.ts'
import type { Identity } from './identity.ts'

/**
 * Makes a token for whoever asks for it, who shows the password: else a minute at somebody's open laptop would be access for ever.
 * Whoever calls from within has the database itself, and is not asked.
 *
 * @throws DomainError VALIDATION_FAILED for a missing password or an end in the past, INVALID_CREDENTIALS, OVERLOADED
 */
export async function createOwnApiToken(
  db: Database,
  identity: Identity,
  { caller: { userId, kind }, password, ...token }: ApiTokenCreateInput & { caller: Caller },
): Promise<ApiTokenCreated> {
  if (kind === 'internal') return createApiToken(db, identity, { userId, ...token })
  const confirm = () => confirmPassword(db, identity, { userId, password: requirePassword(password) })
  const created = await withPassword(confirm, ({ passwordHash }) =>
    inTransaction(db, async (transaction) => {
      // The lock makes a change of the password, which revokes all tokens, come before or after.
      const unchanged = await transaction.$queryRaw<unknown[]>`
        SELECT FROM users WHERE id = ${userId}::uuid AND password_hash = ${passwordHash} FOR NO KEY UPDATE`
      if (unchanged.length === 0) throw new DomainError('INVALID_CREDENTIALS')
      return insertApiToken(transaction, userId, token)
    }),
  )
  identity.audit({ event: 'tokenCreated', userId, tokenId: created.apiToken.id })
  return created
}
