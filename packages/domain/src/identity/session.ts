import type { AuthResult, User } from '@taskwire/contract'
import { Prisma } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import type { TokenSubject, Tokens } from './tokens.ts'

// A session is a row of `sessions`: a browser in which a user is signed in. It is named by its owner and an id. Its refresh
// token is a pure function of its key and its generation, so that the row holds nothing secret.

/** Names a session: its owner is part of its key. */
export type SessionKey = Pick<TokenSubject, 'userId' | 'sessionId'>

/** Whether a row of `sessions` is open: neither revoked nor past one of its two ends, by the database's clock. */
export const sessionIsOpen = Prisma.sql`
  (revoked_at IS NULL AND clock_timestamp() < least(idle_expires_at, expires_at))`

/** From where somebody signs in, for the list of sessions. */
export interface Device {
  userAgent: string | null
  ip: string | null
}

/** The token for the session's cookie, and until when the browser may keep it. */
export interface RefreshToken {
  token: string
  expiresAt: Date
}

/** What a sign-in gives: the answer, and the token that belongs in a cookie and nowhere else. */
export interface SignIn {
  sessionId: string
  result: AuthResult
  refreshToken: RefreshToken
}

/** Of which session a refresh token is, whatever its generation; null for a text that is no such token, and for one that has run out. */
export function readRefreshToken(tokens: Tokens, refreshToken: string): TokenSubject | null {
  try {
    return tokens.verifyRefresh(refreshToken)
  } catch (error) {
    if (error instanceof DomainError) return null
    throw error
  }
}

/** The tokens of a session's generation. */
export function signIn(
  tokens: Tokens,
  user: User,
  session: { sessionId: string; generation: number; expiresAt: Date },
): SignIn {
  const subject: TokenSubject = { userId: user.id, sessionId: session.sessionId, generation: session.generation }
  const { token, expiresAt } = tokens.signAccess(subject)
  return {
    sessionId: session.sessionId,
    result: { user, accessToken: token, accessTokenExpiresAt: expiresAt },
    refreshToken: {
      token: tokens.signRefresh({ ...subject, expiresAt: session.expiresAt }),
      expiresAt: session.expiresAt,
    },
  }
}
