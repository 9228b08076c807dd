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
  sessionCheck: SessionCheck
  apiTokenCheck: ApiTokenCheck
  /**
   * Has to hear of it when a session or an API token of a user ends, or may be good again: this process asks the database
   * about it at once, and the others within a moment. To be called after the commit: a question that is asked before it
   * would be answered as before.
   */
  accessChanged(userId: string): void
  /** Null: no other issuer is trusted. */
  externalTokens: ExternalTokens | null
  /** Names an email where others may read. */
  pseudonym(email: string): string
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

/** Makes this process ask the database again about all sessions and API tokens of a user. */
export function forgetAccess(
  { sessionCheck, apiTokenCheck }: Pick<Identity, 'sessionCheck' | 'apiTokenCheck'>,
  userId: string,
): void {
  sessionCheck.forget(userId)
  apiTokenCheck.forget(userId)
}
