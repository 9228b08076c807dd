import { z } from 'zod'
import { id, inputObject, outputCount, outputId, outputInstant } from './fields.ts'

/** A place where the user is signed in. */
export interface Session {
  /** UUID. */
  id: string
  /** What the browser called itself at sign-in; null when it did not. */
  userAgent: string | null
  /** The address from which the sign-in came. */
  ip: string | null
  /** When the user signed in. */
  createdAt: Date
  /**
   * When the session was last renewed, or first used after that; for the one of this call: now. In steps of 5 minutes, not
   * before `createdAt`.
   */
  lastSeenAt: Date
  /** When it ends unless it is renewed before. */
  expiresAt: Date
  /** Whether it is the session of this very call. */
  current: boolean
}

/** Input of `session.revoke`. */
export interface SessionIdInput {
  /** The session to end; `NOT_FOUND` when the user has no open one with this id. */
  id: string
}

/** The answer of `session.revokeOthers`. */
export interface RevokedSessions {
  /** How many sessions were ended. */
  revoked: number
  /** How many API tokens still work: ending sessions leaves them alone. */
  apiTokens: number
}

const sessionSchema: z.ZodType<Session, Session> = z.object({
  id: outputId().describe('UUID.'),
  userAgent: z.string().nullable().describe('What the browser called itself at sign-in.'),
  ip: z.string().nullable().describe('The address from which the sign-in came.'),
  createdAt: outputInstant().describe('When the user signed in.'),
  lastSeenAt: outputInstant().describe(
    'When the session was last renewed, or first used after that; for the one of this call: now. In steps of 5 minutes.',
  ),
  expiresAt: outputInstant().describe('When it ends unless it is renewed before.'),
  current: z.boolean().describe('Whether it is the session of this very call.'),
})

/** The output of `session.list`. */
export const sessionListSchema: z.ZodType<Session[], Session[]> = z.array(sessionSchema)

/** The schema of {@link SessionIdInput}. */
export const sessionIdInputSchema: z.ZodType<SessionIdInput, SessionIdInput> = inputObject({
  id: id().describe('The session to end.'),
})

/** The schema of {@link RevokedSessions}. */
export const revokedSessionsSchema: z.ZodType<RevokedSessions, RevokedSessions> = z.object({
  revoked: outputCount().describe('How many sessions were ended.'),
  apiTokens: outputCount().describe('How many API tokens still work: ending sessions leaves them alone.'),
})
