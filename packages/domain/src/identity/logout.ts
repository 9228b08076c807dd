import type { Database } from '@taskwire/prisma'
import { endSession } from './end-sessions.ts'
import type { Identity } from './identity.ts'
import { readRefreshToken } from './session.ts'

/** Ends the session that a refresh token is of, whatever its generation. Any other text ends nothing. */
export async function logout(db: Database, identity: Identity, refreshToken: string): Promise<void> {
  const session = readRefreshToken(identity.tokens, refreshToken)
  if (session === null) return
  const { userId, sessionId } = session
  const ended = await endSession(db, session)
  identity.accessChanged(userId)
  if (ended) identity.audit({ event: 'sessionRevoked', userId, sessionId })
}
