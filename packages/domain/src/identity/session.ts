import type { AuthResult, User } from '@taskwire/contract'
import type { Database, Prisma } from '@taskwire/prisma'
import { v7 as uuidv7 } from 'uuid'
import type { Identity } from './identity.ts'
import type { TokenSubject } from './tokens.ts'

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

/** Opens a session of the user; its lifetimes are on the database's clock, the only one that all processes share. */
export async function openSession(
  db: Database,
  identity: Identity,
  { user, device }: { user: User; device: Device },
): Promise<SignIn> {
  const id = uuidv7()
  const { refreshIdleTtlSeconds, refreshAbsoluteTtlSeconds } = identity.policy
  const [session] = await db.$queryRaw<{ generation: number; expiresAt: Date }[]>`
    INSERT INTO sessions (user_id, id, user_agent, ip, idle_expires_at, expires_at)
    VALUES (
      ${user.id}::uuid, ${id}::uuid, ${device.userAgent?.slice(0, MAX_USER_AGENT) ?? null}, ${device.ip},
      clock_timestamp() + make_interval(secs => least(${refreshIdleTtlSeconds}::int, ${refreshAbsoluteTtlSeconds}::int)),
      clock_timestamp() + make_interval(secs => ${refreshAbsoluteTtlSeconds}::int)
    )
    RETURNING generation, expires_at AS "expiresAt"`
  if (session === undefined) throw new Error('An INSERT without a row to return')
  return signIn(identity, user, { sessionId: id, ...session })
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
