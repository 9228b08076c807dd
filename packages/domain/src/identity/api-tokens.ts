import {
  type ApiToken,
  type ApiTokenCreated,
  type ApiTokenIdInput,
  type NewApiToken,
  validationIssue,
} from '@taskwire/contract'
import { type Database, inTransaction, type Prisma } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { lockUser } from '../lock-user.ts'
import { hashOf, newApiToken } from './api-token.ts'
import type { Identity } from './identity.ts'

/** How many a user may have that work: neither revoked nor expired. */
const MAX_TOKENS = 50

const apiTokenSelect = {
  id: true,
  name: true,
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
} satisfies Prisma.ApiTokenSelect

/**
 * Makes a token of a user who is asked for nothing: for whoever runs the server.
 *
 * @throws DomainError VALIDATION_FAILED for an end in the past, QUOTA_REACHED, SESSION_REVOKED when the account has just been
 * deleted
 */
export async function createApiToken(
  db: Database,
  identity: Identity,
  { userId, ...token }: NewApiToken & { userId: string },
): Promise<ApiTokenCreated> {
  const created = await insertApiToken(db, userId, token)
  identity.audit({ event: 'tokenCreated', userId, tokenId: created.apiToken.id })
  return created
}

/**
 * Makes a token, of which the database keeps only the hash; whoever calls this notes the event after the commit.
 *
 * @throws DomainError as `createApiToken`
 */
export async function insertApiToken(
  db: Database,
  userId: string,
  { name, expiresAt = null }: NewApiToken,
): Promise<ApiTokenCreated> {
  if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
    throw new DomainError('VALIDATION_FAILED', {
      issues: [validationIssue('expiresAt', 'NOT_IN_THE_FUTURE', { label: 'Expiry' })],
    })
  }
  const token = newApiToken()
  const apiToken = await inTransaction(db, async (transaction) => {
    // Several at once are counted one after the other.
    if (!(await lockUser(transaction, userId))) throw new DomainError('SESSION_REVOKED')
    if ((await countWorkingTokens(transaction, userId)) >= MAX_TOKENS) {
      throw new DomainError('QUOTA_REACHED', { limit: MAX_TOKENS })
    }
    return transaction.apiToken.create({
      data: { userId, name, expiresAt, tokenHash: hashOf(token) },
      select: apiTokenSelect,
    })
  })
  return { token, apiToken }
}

/** How many of a user's tokens are neither revoked nor expired. */
export async function countWorkingTokens(db: Database, userId: string): Promise<number> {
  const [tokens] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM api_tokens
    WHERE user_id = ${userId}::uuid AND revoked_at IS NULL AND coalesce(clock_timestamp() < expires_at, true)`
  return tokens?.count ?? 0
}

/** The user's tokens that are not revoked, the newest first. */
export async function listApiTokens(db: Database, userId: string): Promise<ApiToken[]> {
  return db.apiToken.findMany({
    where: { userId, revokedAt: null },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    select: apiTokenSelect,
  })
}

/** Ends a token for good. @throws DomainError NOT_FOUND */
export async function revokeApiToken(
  db: Database,
  identity: Identity,
  { userId, id }: ApiTokenIdInput & { userId: string },
): Promise<void> {
  const revoked = await db.$executeRaw`
    UPDATE api_tokens SET revoked_at = clock_timestamp()
    WHERE user_id = ${userId}::uuid AND id = ${id}::uuid AND revoked_at IS NULL`
  if (revoked === 0) throw new DomainError('NOT_FOUND')
  identity.accessChanged(userId)
  identity.audit({ event: 'tokenRevoked', userId, tokenId: id })
}

/** Ends all tokens of a user; whoever calls it calls `accessChanged` after the commit. @returns how many still worked */
export async function revokeApiTokens(db: Database, userId: string): Promise<number> {
  const [revoked] = await db.$queryRaw<{ working: number }[]>`
    WITH revoked AS (
      UPDATE api_tokens SET revoked_at = clock_timestamp()
      WHERE user_id = ${userId}::uuid AND revoked_at IS NULL
      RETURNING expires_at
    )
    SELECT count(*)::int AS working FROM revoked WHERE coalesce(clock_timestamp() < expires_at, true)`
  return revoked?.working ?? 0
}
