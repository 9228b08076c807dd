import type { AuthResult, User } from '@taskwire/contract'
import { type AccessToken, readAccessToken } from './access-token.ts'
import { openTabs, type Tabs } from './tabs.ts'

/** Whether somebody is signed in, and who. Each change makes a new object. */
export type SessionState =
  /** The cookie has not been tried yet: nobody knows. */
  { readonly status: 'unknown'; readonly user: null } | SignedIn | SignedOut

interface SignedIn {
  readonly status: 'signedIn'
  readonly user: User
}

interface SignedOut {
  readonly status: 'signedOut'
  readonly user: null
}

export type SessionListener = (state: SessionState) => void

/** What this tab knows of the session, and shares with the others. */
export interface SessionStore {
  readonly state: SessionState
  readonly token: AccessToken | null
  /** Whether a refresh has shown that the browser keeps the session's cookie. */
  readonly cookieSeen: boolean
  /** How many sessions have ended. An answer that was asked for before the last end comes too late. */
  readonly endings: number
  readonly exclusively: Tabs<SessionNews>['exclusively']
  /** Takes what a sign-in or a refresh has answered, in every tab. */
  begin(result: AuthResult, origin: { cookieSeen: boolean }): void
  /** Somebody signs out: the session ends in every tab, also where this tab does not know which it is. */
  end(): void
  /** The server refuses to renew: only the session that this tab knows ends, in every tab. */
  lose(): void
  subscribe(listener: SessionListener): () => void
}

/** What tabs tell each other. */
type SessionNews =
  | { began: Pick<AuthResult, 'user' | 'accessToken'>; cookieSeen: boolean }
  /** The id of the session that has ended; null: any session. */
  | { ended: string | null }

/** @param endpoint where the server answers: tabs that call another one have another session */
export function createSessionStore(endpoint: string): SessionStore {
  let state: SessionState = { status: 'unknown', user: null }
  let token: AccessToken | null = null
  let cookieSeen = false
  let endings = 0
  // News of several tabs may arrive in any order: a session that has ended must not begin again.
  const ended = new Set<string>()
  const listeners = new Set<SessionListener>()
  const { exclusively, tell } = openTabs<SessionNews>({
    name: `taskwire:${endpoint}`,
    onNews: (news) => ('began' in news ? take(news) : forget(news.ended)),
  })

  function setState(next: SessionState): void {
    if (isSame(state, next)) return
    state = next
    for (const listener of [...listeners]) listener(state)
  }

  function take({ began, ...origin }: Extract<SessionNews, { began: unknown }>): void {
    const received = readAccessToken(began.accessToken)
    if (received.sessionId !== null && ended.has(received.sessionId)) return
    if (token?.sessionId !== received.sessionId) noteEnding(token)
    token = received
    cookieSeen = origin.cookieSeen
    setState({ status: 'signedIn', user: began.user })
  }

  function noteEnding(last: AccessToken | null): void {
    if (last !== null && last.sessionId !== null) ended.add(last.sessionId)
  }

  function forget(sessionId: string | null): void {
    if (sessionId !== null) ended.add(sessionId)
    // Another session has begun since.
    if (sessionId !== null && token !== null && token.sessionId !== sessionId) return
    noteEnding(token)
    endings += 1
    token = null
    setState({ status: 'signedOut', user: null })
  }

  return {
    get state() {
      return state
    },
    get token() {
      return token
    },
    get cookieSeen() {
      return cookieSeen
    },
    get endings() {
      return endings
    },
    exclusively,
    begin({ user, accessToken }, origin) {
      const news = { began: { user, accessToken }, ...origin }
      take(news)
      tell(news)
    },
    end() {
      const sessionId = token?.sessionId ?? null
      forget(sessionId)
      tell({ ended: sessionId })
    },
    lose() {
      const sessionId = token?.sessionId ?? null
      forget(sessionId)
      if (sessionId !== null) tell({ ended: sessionId })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A refresh answers with the same user in a new object, which is no change. */
function isSame(one: SessionState, other: SessionState): boolean {
  return (
    one.status === other.status &&
    one.user?.id === other.user?.id &&
    one.user?.email === other.user?.email &&
    one.user?.updatedAt.getTime() === other.user?.updatedAt.getTime()
  )
}
