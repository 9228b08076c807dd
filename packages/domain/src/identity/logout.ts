import type { Database } from '@taskwire/prisma'
import type { Identity } from './identity.ts'
import { readRefreshToken } from './session.ts'
import { endSession } from './sessions.ts'
import type { TokenSubject } from './tokens.ts'

/**
 * Ends the session that a refresh token is of, whatever its generation. A token that is none ends nothing.
 *
 * @returns the session that the token is of, or null
 */
export async function logout(
  db: Database,
  { tokens, audit }: Identity,
  refreshToken: string,
): Promise<TokenSubject | null> {
  const session = readRefreshToken(tokens, refreshToken)
  if (session === null) return null
  const { userId, sessionId } = session
  if (await endSession(db, session)) audit({ event: 'sessionRevoked', userId, sessionId })
  return session
}
