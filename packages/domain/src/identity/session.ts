import type { AuthResult, User } from '@taskwire/contract'
import type { Database, Prisma } from '@taskwire/prisma'
import { v7 as uuidv7 } from 'uuid'
import { DomainError } from '../domain-error.ts'
import type { Identity } from './identity.ts'
import { endSession, endSurplusSessions, type SessionKey } from './sessions.ts'
import type { TokenSubject, Tokens } from './tokens.ts'

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

export const userSelect = { id: true, email: true, createdAt: true, updatedAt: true } satisfies Prisma.UserSelect

/** Lengths that no honest browser exceeds. */
const MAX_USER_AGENT = 300

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
  return { signIn: signIn(identity, user, { sessionId, ...session }), ended }
}

/** Of which session a refresh token is, whatever its generation; null for one that is none, or has run out. */
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
  { tokens }: Identity,
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
