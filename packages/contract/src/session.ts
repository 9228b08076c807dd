import { z } from 'zod'
import { id, inputObject, type Named, outputCount, outputId, outputInstant, outputObject } from './fields.ts'
import { schemaNames } from './names.ts'

const session = outputObject('Session', {
  id: outputId().describe('UUID.'),
  userAgent: z.string().nullable().describe('What the browser called itself at sign-in; null when it did not.'),
  ip: z.string().nullable().describe('The address from which the sign-in came.'),
  createdAt: outputInstant().describe('When the user signed in.'),
  lastSeenAt: outputInstant().describe(
    'When the session was last renewed, or first used after that; for the one of this call: now. In steps of 5 minutes, not before `createdAt`.',
  ),
  expiresAt: outputInstant().describe('When it ends unless it is renewed before.'),
  current: z.boolean().describe('Whether it is the session of this very call.'),
})

/** A place where the user is signed in. */
export interface Session extends z.infer<typeof session> {}

export const sessionSchema: Named<Session> = session

/** The output of `session.list`. */
export const sessionListSchema: Named<Session[]> = z.array(sessionSchema).register(schemaNames, { id: 'SessionList' })

const sessionId = inputObject('SessionIdInput', {
  id: id().describe('The session to end; `NOT_FOUND` when the user has no open one with this id.'),
})

/** Input of `session.revoke`. */
export interface SessionIdInput extends z.input<typeof sessionId> {}

export const sessionIdInputSchema: Named<SessionIdInput> = sessionId

const revokedSessions = outputObject('RevokedSessions', {
  revoked: outputCount().describe('How many sessions were ended.'),
  apiTokens: outputCount().describe('How many API tokens still work: ending sessions leaves them alone.'),
})

/** The output of `session.revokeOthers`. */
export interface RevokedSessions extends z.infer<typeof revokedSessions> {}

export const revokedSessionsSchema: Named<RevokedSessions> = revokedSessions
