import type { ApiTokenCheck } from './api-token-check.ts'
import type { ExternalTokens } from './external-token.ts'
import type { Passwords } from './passwords.ts'
import type { SecurityEvent } from './security-event.ts'
import type { SessionCheck } from './session-check.ts'
import type { Tokens } from './tokens.ts'

/** What the verbs of identity work with beside the database: made once at start. */
export interface Identity {
  passwords: Passwords
  tokens: Tokens
  policy: IdentityPolicy
  /** Has to hear of every session that ends, so that this process refuses it at once. */
  sessionCheck: SessionCheck
  /** The same for every API token. */
  apiTokenCheck: ApiTokenCheck
  /** Null: no other issuer is trusted. */
  externalTokens: ExternalTokens | null
  /** Notes a security event in the log. */
  audit(event: SecurityEvent): void
}

export interface IdentityPolicy {
  /** Code points. */
  passwordMinLength: number
  /** Seconds after which a session that was not used ends. */
  refreshIdleTtlSeconds: number
  /** Seconds after which a session ends in any case. */
  refreshAbsoluteTtlSeconds: number
}

/**
 * Makes this process ask the database again about all sessions and API tokens of a user, some of which have just ended.
 * To be called after the commit: a question that is asked before it would be answered as before.
 */
export function forgetAccess({ sessionCheck, apiTokenCheck }: Identity, userId: string): void {
  sessionCheck.forget(userId)
  apiTokenCheck.forget(userId)
}
