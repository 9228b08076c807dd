import type { RevokedSessions, SessionIdInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { countWorkingTokens } from './api-tokens.ts'
import type { Identity } from './identity.ts'
import { type SessionKey, sessionIsOpen } from './session.ts'

/** Ends one of the user's open sessions, the caller's own included. @throws DomainError NOT_FOUND */
export async function revokeSession(
  db: Database,
  identity: Identity,
  { userId, id }: SessionIdInput & { userId: string },
): Promise<void> {
  const session = { userId, sessionId: id }
  if (!(await endSession(db, session))) throw new DomainError('NOT_FOUND')
  noteEnded(identity, [session])
}

/** Ends all of the user's sessions but the one that asks, if one does. API tokens go on: the answer says how many. */
export async function revokeOtherSessions(
  db: Database,
  identity: Identity,
  { userId, sessionId }: { userId: string; sessionId: string | null },
): Promise<RevokedSessions> {
  const revoked = await endOtherSessions(db, userId, sessionId)
  identity.accessChanged(userId)
  if (revoked > 0) identity.audit({ event: 'sessionRevoked', userId })
  return { revoked, apiTokens: await countWorkingTokens(db, userId) }
}

/** What has to be known of sessions that have ended, after the commit: by the processes, and by the log. */
export function noteEnded({ audit, accessChanged }: Identity, ended: readonly SessionKey[]): void {
  for (const { userId, sessionId } of ended) {
    accessChanged(userId)
    audit({ event: 'sessionRevoked', userId, sessionId })
  }
}

/** Ends all of the user's sessions but one; whoever calls it forgets them after the commit. @returns how many */
export async function endOtherSessions(db: Database, userId: string, keptSessionId: string | null): Promise<number> {
  return db.$executeRaw`
    UPDATE sessions SET revoked_at = clock_timestamp()
    WHERE user_id = ${userId}::uuid AND id IS DISTINCT FROM ${keptSessionId}::uuid AND ${sessionIsOpen}`
}

/** Ends a session; whoever calls it forgets it after the commit. @returns whether it was open */
export async function endSession(db: Database, session: SessionKey): Promise<boolean> {
  const ended = await db.$executeRaw`
    UPDATE sessions SET revoked_at = clock_timestamp()
    WHERE user_id = ${session.userId}::uuid AND id = ${session.sessionId}::uuid AND ${sessionIsOpen}`
  return ended > 0
}
