import type { User } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { endSession } from './end-sessions.ts'
import type { Identity } from './identity.ts'
import { decideRefresh, type SessionState } from './refresh-decision.ts'
import { type SignIn, sessionIsOpen, signIn } from './session.ts'
import type { TokenSubject } from './tokens.ts'

interface SessionRow extends SessionState, User {
  expiresAt: Date
}

/**
 * Renews a sign-in by its refresh token. Any number of tabs may do so at once, and an answer may be lost at any point,
 * without ending the session; a token that somebody else has used since does end it.
 *
 * @throws DomainError TOKEN_INVALID, TOKEN_EXPIRED, SESSION_REVOKED, ACCOUNT_INACTIVE
 */
export async function refresh(db: Database, identity: Identity, refreshToken: string): Promise<SignIn> {
  const presented = identity.tokens.verifyRefresh(refreshToken)
  const { userId, sessionId } = presented
  for (;;) {
    const session = await readSession(db, presented)
    if (session === null) throw new DomainError('SESSION_REVOKED')
    switch (decideRefresh(session, presented.generation)) {
      case 'serve':
        return renew(identity, presented, session)
      case 'rotate':
      case 'replace': {
        const next = await makeNext(db, identity, { presented, current: session.generation })
        if (next !== null) {
          identity.audit({ event: 'refreshed', userId, sessionId })
          return renew(identity, presented, { ...session, ...next })
        }
        // Somebody was faster, with a refresh, a first use or a logout: the session is another one now.
        continue
      }
      case 'reuse':
        if (await endSession(db, presented)) identity.audit({ event: 'reuseDetected', userId, sessionId })
        identity.sessionCheck.forget(userId)
        throw new DomainError('SESSION_REVOKED')
      case 'inactive':
        throw new DomainError('ACCOUNT_INACTIVE')
      case 'ended':
        throw new DomainError('SESSION_REVOKED')
    }
  }
}

function renew(identity: Identity, { sessionId }: TokenSubject, session: SessionRow): SignIn {
  const { generation, expiresAt, id, email, createdAt, updatedAt } = session
  return signIn(identity.tokens, { id, email, createdAt, updatedAt }, { sessionId, generation, expiresAt })
}

async function readSession(db: Database, { userId, sessionId }: TokenSubject): Promise<SessionRow | null> {
  const [session] = await db.$queryRaw<SessionRow[]>`
    SELECT users.id, email, users.created_at AS "createdAt", users.updated_at AS "updatedAt", is_active AS "isActive",
      generation, parent, confirmed_at IS NOT NULL AS confirmed, expires_at AS "expiresAt",
      extract(epoch FROM clock_timestamp() - rotated_at)::float8 AS age,
      ${sessionIsOpen} AS stands
    FROM sessions JOIN users ON users.id = user_id
    WHERE user_id = ${userId}::uuid AND sessions.id = ${sessionId}::uuid`
  return session ?? null
}

/**
 * Makes the next generation, in one statement: of any number of attempts, one succeeds, and of a replacement and the
 * first use of what it replaces, one takes effect.
 *
 * @param presented whose generation becomes the parent: the current one, or its parent while the current one is unused
 * @param current the generation that the decision was about
 */
async function makeNext(
  db: Database,
  { policy }: Identity,
  { presented, current }: { presented: TokenSubject; current: number },
): Promise<{ generation: number } | null> {
  const { userId, sessionId, generation } = presented
  const [next] = await db.$queryRaw<{ generation: number }[]>`
    UPDATE sessions SET
      generation = generation + 1,
      parent = ${generation},
      rotated_at = clock_timestamp(),
      confirmed_at = NULL,
      idle_expires_at = least(clock_timestamp() + make_interval(secs => ${policy.refreshIdleTtlSeconds}::int), expires_at)
    WHERE user_id = ${userId}::uuid AND id = ${sessionId}::uuid AND generation = ${current}
      AND (generation = ${generation} OR (parent = ${generation} AND confirmed_at IS NULL))
      AND ${sessionIsOpen}
      AND EXISTS (SELECT FROM users WHERE users.id = user_id AND is_active)
    RETURNING generation`
  return next ?? null
}
