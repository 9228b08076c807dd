import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { isApiToken, readApiToken } from './api-token.ts'
import type { ApiTokenCheck } from './api-token-check.ts'
import { findExternalUser, readExternalUser } from './external-identity.ts'
import type { ExternalTokens } from './external-token.ts'
import type { Identity } from './identity.ts'
import type { SessionCheck } from './session-check.ts'
import type { Tokens } from './tokens.ts'

/**
 * Who is calling, and by what right: with a session's access token, an API token, a token of the external issuer, or
 * from within, as an internal tool.
 */
export type Caller =
  | { kind: 'session'; userId: string; sessionId: string }
  | { kind: 'external'; userId: string; tokenExpiresAt: Date }
  | { kind: 'apiToken' | 'internal'; userId: string }

export interface Authenticator {
  db: Database
  tokens: Tokens
  sessionCheck: SessionCheck
  apiTokenCheck: ApiTokenCheck
  /** Null: no other issuer is trusted. */
  externalTokens: ExternalTokens | null
}

/**
 * Finds out who is behind a bearer token.
 *
 * @throws DomainError TOKEN_EXPIRED, TOKEN_INVALID, SESSION_REVOKED, ACCOUNT_INACTIVE, EMAIL_TAKEN
 */
export async function authenticate(
  { db, tokens, sessionCheck, apiTokenCheck, externalTokens, audit }: Authenticator & Pick<Identity, 'audit'>,
  bearerToken: string,
): Promise<Caller> {
  if (isApiToken(bearerToken)) return { kind: 'apiToken', userId: await apiTokenCheck.findOwner(bearerToken) }
  if (externalTokens?.claims(bearerToken)) {
    const external = externalTokens.verify(bearerToken)
    const userId = await findExternalUser(db, { audit }, external)
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
export async function reauthenticate(authenticator: Authenticator, bearerToken: string, caller: Caller): Promise<void> {
  if ((await readOwner(authenticator, bearerToken, caller)) !== caller.userId) throw new DomainError('SESSION_REVOKED')
}

async function readOwner(authenticator: Authenticator, bearerToken: string, { kind }: Caller): Promise<string | null> {
  const { db, externalTokens } = authenticator
  // Who asks seldom asks the database: what is remembered may be seconds old already.
  if (kind === 'apiToken') return (await readApiToken(db, bearerToken)).userId
  if (kind === 'external' && externalTokens !== null) {
    return readExternalUser(db, externalTokens.verify(bearerToken))
  }
  return (await authenticate({ ...authenticator, audit: () => {} }, bearerToken)).userId
}
