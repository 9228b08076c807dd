import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { isApiToken, readApiToken } from './api-token.ts'
import { findExternalUser, readExternalUser } from './external-identity.ts'
import type { Identity } from './identity.ts'

/**
 * Who is calling, and by what right: with a session's access token, an API token, a token of the external issuer, or
 * from within, as an internal tool.
 */
export type Caller =
  | { kind: 'session'; userId: string; sessionId: string }
  | { kind: 'external'; userId: string; tokenExpiresAt: Date }
  | { kind: 'apiToken' | 'internal'; userId: string }

/**
 * Finds out who is behind a bearer token.
 *
 * @throws DomainError TOKEN_EXPIRED, TOKEN_INVALID, SESSION_REVOKED, ACCOUNT_INACTIVE, EMAIL_TAKEN
 */
export async function authenticate(db: Database, identity: Identity, bearerToken: string): Promise<Caller> {
  const { tokens, sessionCheck, apiTokenCheck, externalTokens } = identity
  if (isApiToken(bearerToken)) return { kind: 'apiToken', userId: await apiTokenCheck.findOwner(bearerToken) }
  if (externalTokens?.claims(bearerToken)) {
    const external = externalTokens.verify(bearerToken)
    const userId = await findExternalUser(db, identity, external)
    return { kind: 'external', userId, tokenExpiresAt: external.expiresAt }
  }
  const subject = tokens.verifyAccess(bearerToken)
  await sessionCheck.check(subject)
  return { kind: 'session', userId: subject.userId, sessionId: subject.sessionId }
}

/**
 * Finds out whether whoever was found behind a token may still call. Unlike `authenticate` it makes no account, so that
 * one that was deleted meanwhile stays deleted, and notes no use of an API token.
 *
 * @throws DomainError as `authenticate`, and SESSION_REVOKED when the account is gone
 */
export async function reauthenticate(
  db: Database,
  identity: Identity,
  { bearerToken, caller }: { bearerToken: string; caller: Caller },
): Promise<void> {
  if ((await readOwner(db, identity, { bearerToken, caller })) !== caller.userId) {
    throw new DomainError('SESSION_REVOKED')
  }
}

async function readOwner(
  db: Database,
  identity: Identity,
  { bearerToken, caller }: { bearerToken: string; caller: Caller },
): Promise<string | null> {
  const { externalTokens } = identity
  // These are looked at seldom, so that the database is asked: what is remembered may be seconds old already.
  if (caller.kind === 'apiToken') return (await readApiToken(db, bearerToken)).userId
  if (caller.kind === 'external' && externalTokens !== null) {
    return readExternalUser(db, externalTokens.verify(bearerToken))
  }
  return (await authenticate(db, identity, bearerToken)).userId
}
