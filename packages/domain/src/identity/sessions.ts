import type { Session, SessionIdInput } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'

/** The user's open sessions, the last used first; `current` is the one that asks, if it is one. */
export async function listSessions(db: Database, userId: string, currentSessionId: string | null): Promise<Session[]> {
  const sessions = await db.$queryRaw<Omit<Session, 'current'>[]>`
    SELECT id, user_agent AS "userAgent", ip, created_at AS "createdAt",
      greatest(rotated_at, confirmed_at) AS "lastSeenAt", least(idle_expires_at, expires_at) AS "expiresAt"
    FROM sessions
    WHERE user_id = ${userId}::uuid AND revoked_at IS NULL AND clock_timestamp() < least(idle_expires_at, expires_at)
    ORDER BY "lastSeenAt" DESC, id DESC`
  return sessions.map((session) => ({ ...session, current: session.id === currentSessionId }))
}

/** Ends one of the user's open sessions, the caller's own included. @throws DomainError NOT_FOUND */
export async function revokeSession(db: Database, userId: string, { id }: SessionIdInput): Promise<void> {
  if (!(await endSession(db, { userId, sessionId: id }))) throw new DomainError('NOT_FOUND')
}

/** Ends all of the user's sessions but one. @returns how many */
export async function endOtherSessions(db: Database, userId: string, keptSessionId: string | null): Promise<number> {
  return db.$executeRaw`
    UPDATE sessions SET revoked_at = clock_timestamp()
    WHERE user_id = ${userId}::uuid AND id IS DISTINCT FROM ${keptSessionId}::uuid AND revoked_at IS NULL
      AND clock_timestamp() < least(idle_expires_at, expires_at)`
}

/** @returns whether there was an open session to end */
export async function endSession(db: Database, session: { userId: string; sessionId: string }): Promise<boolean> {
  const ended = await db.$executeRaw`
    UPDATE sessions SET revoked_at = clock_timestamp()
    WHERE user_id = ${session.userId}::uuid AND id = ${session.sessionId}::uuid AND revoked_at IS NULL
      AND clock_timestamp() < least(idle_expires_at, expires_at)`
  return ended > 0
}
