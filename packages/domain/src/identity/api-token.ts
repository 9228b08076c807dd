import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'

/** What an API token begins with, so that a leaked one is recognised, by scanners too. */
const PREFIX = 'twk_'
const TOKEN = /^twk_[A-Za-z0-9_-]{43}$/

export function isApiToken(token: string): boolean {
  return token.startsWith(PREFIX)
}

/** Text that nobody can guess: 32 random bytes behind the prefix. */
export function newApiToken(): string {
  return `${PREFIX}${randomBytes(32).toString('base64url')}`
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
