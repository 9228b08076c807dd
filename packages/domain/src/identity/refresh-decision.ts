/** What the database knows of a session when a refresh token of it is presented, all on its own clock. */
export interface SessionState {
  /** The number of the current generation. */
  generation: number
  /** The generation for whose token the current one was made; null for the first. */
  parent: number | null
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
 * - `rotate`: make the next generation, with the presented one as its parent, and hand that out
 * - `replace`: the same, but the current generation is skipped by it: it is never handed out again
 * - `reuse`: two hold different tokens of this session, so that one of them has a copy
 * - `ended`, `inactive`: there is no session to refresh
 */
export type RefreshDecision = 'serve' | 'rotate' | 'replace' | 'reuse' | 'ended' | 'inactive'

/** Seconds for which a generation is handed out again rather than followed by another: to the other tabs of the same moment. */
const GRACE_SECONDS = 30

/**
 * What to do with a validly signed refresh token of a generation. An honest browser can be one step behind, because the
 * answer to its last refresh was lost or went to another tab. Later than another tab would come, nobody gets a generation
 * that somebody else may hold: so a thief and his victim never share one, and the second of them to come is found.
 */
export function decideRefresh(session: SessionState, presented: number): RefreshDecision {
  if (!session.isActive) return 'inactive'
  if (!session.stands) return 'ended'
  const recent = session.age < GRACE_SECONDS
  if (presented === session.generation) return recent ? 'serve' : 'rotate'
  if (presented !== session.parent) return 'reuse'
  if (recent) return 'serve'
  return session.confirmed ? 'reuse' : 'replace'
}
