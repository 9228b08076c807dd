import type { Session } from '@taskwire/contract'
import { type Database, Prisma } from '@taskwire/prisma'
import type { Identity } from './identity.ts'
import { sessionIsOpen } from './session.ts'

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
  { policy }: Pick<Identity, 'policy'>,
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
    WHERE user_id = ${userId}::uuid AND ${sessionIsOpen}
    ORDER BY "lastSeenAt" DESC, id DESC`
  return sessions.map((session) => ({ ...session, current: session.id === sessionId }))
}
