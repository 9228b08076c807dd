import type { AuthResult, User } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'
import { endSession } from './end-sessions.ts'
import type { Identity } from './identity.ts'
import { decideRefresh, type SessionState } from './refresh-decision.ts'
import { type SignIn, sessionIsOpen, signIn } from './session.ts'
import type { TokenSubject } from './tokens.ts'

/** How long a page that a server has rendered may call with what the server got. */
const RECOGNIZED_SECONDS = 120

/** A session is used by whoever looks at pages. To note it after a tenth of the idle time spares a write for each page. */
const IDLE_PART_NOTED = 0.1

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
  for (;;) {
    const { session, decision } = await admit(db, identity, presented)
    if (decision === 'serve') return renew(identity, presented, session)
    const next = await makeNext(db, identity, { presented, current: session.generation })
    if (next !== null) {
      const { userId, sessionId } = presented
      identity.audit({ event: 'refreshed', userId, sessionId })
      return renew(identity, presented, { ...session, ...next })
    }
    // Somebody was faster, with a refresh, a first use or a logout: the session is another one now.
  }
}

/**
 * Tells who is signed in by a refresh token, which stays as it is: for a server that renders a page, and has no way to
 * give the browser another token. A token that somebody else has used since ends the session, as it does at `refresh`.
 *
 * @returns with an access token of two minutes at most: a page that stays open longer has to renew the session itself
 * @throws DomainError TOKEN_INVALID, TOKEN_EXPIRED, SESSION_REVOKED, ACCOUNT_INACTIVE
 */
export async function recognize(db: Database, identity: Identity, refreshToken: string): Promise<AuthResult> {
  const presented = identity.tokens.verifyRefresh(refreshToken)
  const { session } = await admit(db, identity, presented)
  await keepFromIdling(db, identity, presented)
  // Of the generation that was presented, not of the current one: of an answer that was lost nothing must count as used.
  const { token, expiresAt } = identity.tokens.signAccess(presented, RECOGNIZED_SECONDS)
  return { user: userOf(session), accessToken: token, accessTokenExpiresAt: expiresAt }
}

/** Reads the session and refuses whoever may not go on with it; a token that is used twice ends it. */
async function admit(
  db: Database,
  identity: Identity,
  presented: TokenSubject,
): Promise<{ session: SessionRow; decision: 'serve' | 'rotate' | 'replace' }> {
  const session = await readSession(db, presented)
  if (session === null) throw new DomainError('SESSION_REVOKED')
  const decision = decideRefresh(session, presented.generation)
  switch (decision) {
    case 'serve':
    case 'rotate':
    case 'replace':
      return { session, decision }
    case 'reuse': {
      const { userId, sessionId } = presented
      if (await endSession(db, presented)) identity.audit({ event: 'reuseDetected', userId, sessionId })
      identity.accessChanged(userId)
      throw new DomainError('SESSION_REVOKED')
    }
    case 'inactive':
      throw new DomainError('ACCOUNT_INACTIVE')
    case 'ended':
      throw new DomainError('SESSION_REVOKED')
  }
}

function renew(identity: Identity, { sessionId }: TokenSubject, session: SessionRow): SignIn {
  const { generation, expiresAt } = session
  return signIn(identity.tokens, userOf(session), { sessionId, generation, expiresAt })
}

function userOf({ id, email, createdAt, updatedAt }: SessionRow): User {
  return { id, email, createdAt, updatedAt }
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

/** Starts the idle time of the session anew, unless that was done lately. */
async function keepFromIdling(db: Database, { policy }: Identity, { userId, sessionId }: TokenSubject): Promise<void> {
  const idleSeconds = policy.refreshIdleTtlSeconds
  await db.$executeRaw`
    UPDATE sessions
    SET idle_expires_at = least(clock_timestamp() + make_interval(secs => ${idleSeconds}::int), expires_at)
    WHERE user_id = ${userId}::uuid AND id = ${sessionId}::uuid AND ${sessionIsOpen}
      AND idle_expires_at < least(
        clock_timestamp() + make_interval(secs => ${idleSeconds * (1 - IDLE_PART_NOTED)}::float8), expires_at)`
}
