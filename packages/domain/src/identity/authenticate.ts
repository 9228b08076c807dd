import type { SessionCheck } from './session-check.ts'
import type { Tokens } from './tokens.ts'

/** Who is calling, and by what right: with a session's access token, or from within as an internal tool. */
export type Caller = { kind: 'session'; userId: string; sessionId: string } | { kind: 'internal'; userId: string }

/**
 * Finds out who is behind a bearer token.
 *
 * @throws DomainError TOKEN_EXPIRED, TOKEN_INVALID, SESSION_REVOKED, ACCOUNT_INACTIVE
 */
export async function authenticate(
  { tokens, sessionCheck }: { tokens: Tokens; sessionCheck: SessionCheck },
  bearerToken: string,
): Promise<Caller> {
  const subject = tokens.verifyAccess(bearerToken)
  await sessionCheck.check(subject)
  return { kind: 'session', userId: subject.userId, sessionId: subject.sessionId }
}
