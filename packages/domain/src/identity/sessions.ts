import type { RevokedSessions, Session, SessionIdInput } from '@taskwire/contract'
import { type Database, Prisma } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { lockedUser } from '../lock-user.ts'
import { countWorkingTokens } from './api-tokens.ts'
import type { Identity } from './identity.ts'
import type { TokenSubject } from './tokens.ts'

/** Names a session: its owner is part of its key. */
export type SessionKey = Pick<TokenSubject, 'userId' | 'sessionId'>

/** Sessions that a user may have open at once. */
const MAX_OPEN_SESSIONS = 50

/** A moment in steps of 5 minutes. */
function inSteps(moment: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`date_bin('5 minutes', ${moment}, 'epoch')`
}

/**
 * The user's open sessions, the last used first; `sessionId` is the one that asks, if one does. Moments are told in steps,
 * and of the session that asks only what its own call says of it: a thief who shares it must not learn from its renewals
 * when his victim has come.
 */
export async function listSessions(
  db: Database,
  { policy }: Identity,
  { userId, sessionId }: { userId: string; sessionId: string | null },
): Promise<Session[]> {
  const idleTtl = Prisma.sql`make_interval(secs => ${policy.refreshIdleTtlSeconds}::int)`
  const sessions = await db.$queryRaw<Omit<Session, 'current'>[]>`
    SELECT id, user_agent AS "userAgent", ip, created_at AS "createdAt",
      greatest(created_at, ${inSteps(Prisma.sql`seen`)}) AS "lastSeenAt",
      least(expires_at, ${inSteps(Prisma.sql`seen`)} + ${idleTtl}) AS "expiresAt"
    FROM sessions, LATERAL (
      SELECT CASE WHEN id = ${sessionId}::uuid THEN clock_timestamp() ELSE greatest(rotated_at, confirmed_at) END AS seen
    ) AS use
    WHERE user_id = ${userId}::uuid AND revoked_at IS NULL AND clock_timestamp() < least(idle_expires_at, expires_at)
    ORDER BY "lastSeenAt" DESC, id DESC`
  return sessions.map((session) => ({ ...session, current: session.id === sessionId }))
}

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
  identity.sessionCheck.forget(userId)
  if (revoked > 0) identity.audit({ event: 'sessionRevoked', userId })
  return { revoked, apiTokens: await countWorkingTokens(db, userId) }
}

/** What has to be known of sessions that have ended, after the commit: by this process at once, and by the log. */
export function noteEnded({ audit, sessionCheck }: Identity, ended: readonly SessionKey[]): void {
  for (const { userId, sessionId } of ended) {
    sessionCheck.forget(userId)
    audit({ event: 'sessionRevoked', userId, sessionId })
  }
}

/** Ends all of the user's sessions but one. @returns how many */
export async function endOtherSessions(db: Database, userId: string, keptSessionId: string | null): Promise<number> {
  return db.$executeRaw`
    UPDATE sessions SET revoked_at = clock_timestamp()
    WHERE user_id = ${userId}::uuid AND id IS DISTINCT FROM ${keptSessionId}::uuid AND revoked_at IS NULL
      AND clock_timestamp() < least(idle_expires_at, expires_at)`
}

/** @returns whether there was an open session to end */
export async function endSession(db: Database, session: SessionKey): Promise<boolean> {
  const ended = await db.$executeRaw`
    UPDATE sessions SET revoked_at = clock_timestamp()
    WHERE user_id = ${session.userId}::uuid AND id = ${session.sessionId}::uuid AND revoked_at IS NULL
      AND clock_timestamp() < least(idle_expires_at, expires_at)`
  return ended > 0
}

/**
 * Ends the open sessions of the user that are too many beside the newest, the least recently seen first. Of several
 * sign-ins at once the last to come here sees the sessions of all of them; they come one after the other.
 */
export async function endSurplusSessions(db: Database, newest: SessionKey): Promise<SessionKey[]> {
  return db.$queryRaw<SessionKey[]>`
    UPDATE sessions SET revoked_at = clock_timestamp()
    FROM (
      SELECT user_id, id FROM sessions
      WHERE user_id = ${lockedUser(newest.userId)} AND id <> ${newest.sessionId}::uuid AND revoked_at IS NULL
        AND clock_timestamp() < least(idle_expires_at, expires_at)
      ORDER BY greatest(rotated_at, confirmed_at) DESC, id DESC
      OFFSET ${MAX_OPEN_SESSIONS - 1}
    ) AS surplus
    WHERE sessions.user_id = surplus.user_id AND sessions.id = surplus.id AND revoked_at IS NULL
    RETURNING sessions.user_id AS "userId", sessions.id AS "sessionId"`
}
