/** What the database knows of a session when a refresh token of it is presented, all on its own clock. */
export interface SessionState {
  generation: number
  /** Seconds since the current generation was made. */
  age: number
  /** Whether an access token of the current generation has been used: then its maker's answer has arrived. */
  confirmed: boolean
  /** Neither revoked nor past its idle or its absolute end. */
  stands: boolean
  /** Whether the user may sign in. */
  isActive: boolean
}

/**
 * - `serve`: hand out the current generation once more
 * - `rotate`: make the next generation and hand that out
 * - `reuse`: an old token has come back after its successor was used: somebody copied it
 * - `ended`, `inactive`: there is no session to refresh
 */
export type RefreshDecision = 'serve' | 'rotate' | 'reuse' | 'ended' | 'inactive'

/** Seconds for which a rotation is repeated rather than followed by another: the other tabs of the same moment. */
const GRACE_SECONDS = 30

/**
 * What to do with a validly signed refresh token of a generation. An honest browser can only be one step behind, because
 * the answer to its last refresh was lost or went to another tab; so the parent is served as long as that may be why.
 */
export function decideRefresh(session: SessionState, presented: number): RefreshDecision {
  if (!session.isActive) return 'inactive'
  if (!session.stands) return 'ended'
  const recent = session.age < GRACE_SECONDS
  if (presented === session.generation) return recent ? 'serve' : 'rotate'
  if (presented === session.generation - 1 && (recent || !session.confirmed)) return 'serve'
  return 'reuse'
}
