import { readAccessToken } from './access-token.ts'

/** Ends a session on the server by its own token, as far as that can be done. It never rejects. */
export type EndSession = (accessToken: string) => Promise<void>

type Revoke = (input: { id: string }, options: { context: Record<string, unknown> }) => Promise<unknown>

/** @param revoke calls `session.revoke`, without a session */
export function sessionEnder(revoke: Revoke): EndSession {
  return async (accessToken) => {
    const { sessionId } = readAccessToken(accessToken)
    if (sessionId === null) return
    const headers = { authorization: `Bearer ${accessToken}` }
    await revoke({ id: sessionId }, { context: { headers } }).catch(() => {})
  }
}
