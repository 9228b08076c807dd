import { createHash, randomBytes } from 'node:crypto'
import type { ApiToken, ApiTokenCreated, ApiTokenIdInput, NewApiToken } from '@taskwire/contract'
import { type Database, inTransaction, type Prisma } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { lockUser } from '../lock-user.ts'
import type { Identity } from './identity.ts'

/** What an API token begins with, so that a leaked one is recognised, by scanners too. */
const PREFIX = 'twk_'
const TOKEN = /^twk_[A-Za-z0-9_-]{43}$/
/** How many a user may have that work: neither revoked nor expired. */
const MAX_TOKENS = 50

const apiTokenSelect = {
  id: true,
  name: true,
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
} satisfies Prisma.ApiTokenSelect

export function isApiToken(token: string): boolean {
  return token.startsWith(PREFIX)
}

/**
 * Makes a token of a user who is asked for nothing: for whoever runs the server.
 *
 * @throws DomainError VALIDATION_FAILED for an end in the past, QUOTA_REACHED
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
 * @throws DomainError VALIDATION_FAILED for an end in the past, QUOTA_REACHED
 */
export async function insertApiToken(
  db: Database,
  userId: string,
  { name, expiresAt = null }: NewApiToken,
): Promise<ApiTokenCreated> {
  if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
    throw new DomainError('VALIDATION_FAILED', {
      issues: [{ path: 'expiresAt', message: 'Expiry must be in the future' }],
    })
  }
  const token = `${PREFIX}${randomBytes(32).toString('base64url')}`
  const apiToken = await inTransaction(db, async (transaction) => {
    // Several at once are counted one after the other.
    await lockUser(transaction, userId)
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
  identity.apiTokenCheck.forget(userId)
  identity.audit({ event: 'tokenRevoked', userId, tokenId: id })
}

/** Ends all tokens of a user, whom the process has to forget after the commit. @returns how many of them still worked */
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

/**
 * Whose the token is, and how much of its life is left; its use is noted, once a minute at most.
 *
 * @throws DomainError TOKEN_INVALID, TOKEN_EXPIRED, ACCOUNT_INACTIVE
 */
export async function findApiTokenOwner(
  db: Database,
  token: string,
): Promise<{ userId: string; millisecondsLeft: number }> {
  const { userId, id, stale, millisecondsLeft } = await readApiToken(db, token)
  if (stale) {
    await db.$executeRaw`
      UPDATE api_tokens SET last_used_at = clock_timestamp()
      WHERE user_id = ${userId}::uuid AND id = ${id}::uuid
        AND coalesce(last_used_at < clock_timestamp() - interval '1 minute', true)`
  }
  return { userId, millisecondsLeft }
}

/** The same without noting a use: a stream that only listens is none. @throws DomainError as findApiTokenOwner */
export async function readApiToken(
  db: Database,
  token: string,
): Promise<{ userId: string; id: string; stale: boolean; millisecondsLeft: number }> {
  if (!TOKEN.test(token)) throw new DomainError('TOKEN_INVALID')
  const [found] = await db.$queryRaw<
    { userId: string; id: string; millisecondsLeft: number; isActive: boolean; stale: boolean }[]
  >`
    SELECT user_id AS "userId", api_tokens.id, is_active AS "isActive",
      coalesce(extract(epoch FROM expires_at - clock_timestamp()) * 1000, 'infinity')::float8 AS "millisecondsLeft",
      coalesce(last_used_at < clock_timestamp() - interval '1 minute', true) AS stale
    FROM api_tokens JOIN users ON users.id = user_id
    WHERE token_hash = ${hashOf(token)} AND revoked_at IS NULL`
  if (found === undefined) throw new DomainError('TOKEN_INVALID')
  if (found.millisecondsLeft <= 0) throw new DomainError('TOKEN_EXPIRED')
  if (!found.isActive) throw new DomainError('ACCOUNT_INACTIVE')
  return found
}

/** The token is 32 random bytes: a plain hash is as good as any, and can be looked up. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
