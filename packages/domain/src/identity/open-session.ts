import type { User } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { v7 as uuidv7 } from 'uuid'
import { DomainError } from '../domain-error.ts'
import { lockedUser } from '../lock-user.ts'
import { endSession } from './end-sessions.ts'
import type { Identity } from './identity.ts'
import { type Device, readRefreshToken, type SessionKey, type SignIn, sessionIsOpen, signIn } from './session.ts'

/** Code units of a browser's name that are kept: none that is honest has more. */
const MAX_USER_AGENT = 300
/** Sessions that a user may have open at once. */
const MAX_OPEN_SESSIONS = 50

/** Where somebody signs in. */
export interface SignInPlace {
  device: Device
  /** What the browser's cookie held: the session that it is of makes way for the new one. */
  replacedToken: string | null
}

/** A session that has been opened, and those that have ended by it: `noteEnded` them once that is committed. */
export interface OpenedSession {
  signIn: SignIn
  ended: SessionKey[]
}

/**
 * Opens a session of whoever has just shown the account's password; its lifetimes are on the database's clock, the only
 * one that all processes share.
 *
 * The lock makes a change of the password, or a deactivation, come before or after: one that comes before is seen here,
 * and one that comes after finds the session and ends it.
 *
 * @throws DomainError INVALID_CREDENTIALS when the account has been deactivated or has another password by now
 */
export async function openSession(
  db: Database,
  identity: Identity,
  { user, passwordHash, device, replacedToken }: SignInPlace & { user: User; passwordHash: string },
): Promise<OpenedSession> {
  const sessionId = uuidv7()
  const replaced = replacedToken === null ? null : readRefreshToken(identity.tokens, replacedToken)
  const { refreshIdleTtlSeconds, refreshAbsoluteTtlSeconds } = identity.policy
  const [session] = await db.$queryRaw<{ generation: number; expiresAt: Date }[]>`
    INSERT INTO sessions (user_id, id, user_agent, ip, idle_expires_at, expires_at)
    SELECT
      users.id, ${sessionId}::uuid, ${device.userAgent?.slice(0, MAX_USER_AGENT) ?? null}, ${device.ip},
      now + make_interval(secs => least(${refreshIdleTtlSeconds}::int, ${refreshAbsoluteTtlSeconds}::int)),
      now + make_interval(secs => ${refreshAbsoluteTtlSeconds}::int)
    FROM users, clock_timestamp() AS now
    WHERE users.id = ${user.id}::uuid AND is_active AND password_hash = ${passwordHash}
    FOR SHARE OF users
    RETURNING generation, expires_at AS "expiresAt"`
  if (session === undefined) throw new DomainError('INVALID_CREDENTIALS')
  const ended: SessionKey[] = []
  if (replaced !== null && (await endSession(db, replaced))) ended.push(replaced)
  ended.push(...(await endSurplusSessions(db, { userId: user.id, sessionId })))
  return { signIn: signIn(identity.tokens, user, { sessionId, ...session }), ended }
}

/**
 * Ends the open sessions of the user that are too many beside the newest, the least recently seen first. Of several
 * sign-ins at once the last to come here sees the sessions of all of them; they come one after the other.
 */
async function endSurplusSessions(db: Database, newest: SessionKey): Promise<SessionKey[]> {
  return db.$queryRaw<SessionKey[]>`
    UPDATE sessions SET revoked_at = clock_timestamp()
    FROM (
      SELECT user_id, id FROM sessions
      WHERE user_id = ${lockedUser(newest.userId)} AND id <> ${newest.sessionId}::uuid AND ${sessionIsOpen}
      ORDER BY greatest(rotated_at, confirmed_at) DESC, id DESC
      OFFSET ${MAX_OPEN_SESSIONS - 1}
    ) AS surplus
    WHERE sessions.user_id = surplus.user_id AND sessions.id = surplus.id AND revoked_at IS NULL
    RETURNING sessions.user_id AS "userId", sessions.id AS "sessionId"`
}
