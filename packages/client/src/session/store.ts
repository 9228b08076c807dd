import type { AuthResult, User } from '@taskwire/contract'
import { notify } from '../notify.ts'
import type { InitialSession, SerializedSession } from '../options.ts'
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
  readonly reason: SignedOutReason
}

/**
 * Why nobody is signed in. `none`: there is no session from an earlier visit. `signedOut`: somebody has signed out, here or
 * in another tab, or deleted the account. `expired`: the session has come to its end, or the browser has lost its cookie.
 * `revoked`: it was ended elsewhere, such as on another device or by a new password.
 */
export type SignedOutReason = 'none' | 'signedOut' | 'expired' | 'revoked'

export type SessionListener = (state: SessionState) => void

/** What this tab knows of the session, and shares with the others. */
export interface SessionStore {
  readonly state: SessionState
  readonly token: AccessToken | null
  /** How many sessions have ended. An answer that was asked for before the last end comes too late. */
  readonly endings: number
  readonly exclusively: Tabs<SessionNews>['exclusively']
  /** Takes what a sign-in or a refresh has answered, in every tab. */
  begin(result: AuthResult): void
  /** Somebody signs out: the session ends in every tab, also where this tab does not know which it is. */
  end(): void
  /** The server refuses to renew: only the session that this tab knows ends, in every tab. */
  lose(reason: SignedOutReason): void
  subscribe(listener: SessionListener): () => void
  /** Hears of no other tab any more, and tells nobody. */
  close(): void
}

/** What tabs tell each other. */
type SessionNews =
  | { began: InitialSession }
  /** The id of the session that has ended; null: any session. */
  | { ended: string | null; reason: SignedOutReason }

export interface SessionStoreOptions {
  /** Where the server answers: tabs that call another one have another session. */
  endpoint: string
  /** The session as somebody else has found it; null: nobody is signed in; undefined: nobody knows. */
  initialSession: InitialSession | SerializedSession | null | undefined
}

export function createSessionStore({ endpoint, initialSession }: SessionStoreOptions): SessionStore {
  let state: SessionState = stateOf(initialSession)
  let token: AccessToken | null = initialSession == null ? null : readAccessToken(initialSession.accessToken)
  let endings = 0
  // News of several tabs may arrive in any order: a session that has ended must not begin again.
  const ended = new Set<string>()
  const listeners = new Set<SessionListener>()
  const { exclusively, tell, close } = openTabs<SessionNews>({
    name: `taskwire:${endpoint}`,
    onNews: (news) => ('began' in news ? take(news.began) : forget(news.ended, news.reason)),
  })

  function setState(next: SessionState): void {
    if (isSame(state, next)) return
    state = next
    for (const listener of [...listeners]) notify(() => listener(next))
  }

  function take({ user, accessToken }: InitialSession): void {
    const received = readAccessToken(accessToken)
    if (received.sessionId !== null && ended.has(received.sessionId)) return
    if (token?.sessionId !== received.sessionId) noteEnding(token)
    token = received
    setState({ status: 'signedIn', user })
  }

  function noteEnding(last: AccessToken | null): void {
    if (last !== null && last.sessionId !== null) ended.add(last.sessionId)
  }

  function forget(sessionId: string | null, reason: SignedOutReason): void {
    if (sessionId !== null) ended.add(sessionId)
    // Another session has begun since.
    if (sessionId !== null && token !== null && token.sessionId !== sessionId) return
    noteEnding(token)
    endings += 1
    token = null
    setState({ status: 'signedOut', user: null, reason })
  }

  return {
    get state() {
      return state
    },
    get token() {
      return token
    },
    get endings() {
      return endings
    },
    exclusively,
    begin({ user, accessToken }) {
      const began = { user, accessToken }
      take(began)
      tell({ began })
    },
    end() {
      const ended = token?.sessionId ?? null
      forget(ended, 'signedOut')
      tell({ ended, reason: 'signedOut' })
    },
    lose(reason) {
      const ended = token?.sessionId ?? null
      forget(ended, reason)
      if (ended !== null) tell({ ended, reason })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      listeners.clear()
      close()
    },
  }
}

function stateOf(initial: SessionStoreOptions['initialSession']): SessionState {
  if (initial === undefined) return { status: 'unknown', user: null }
  if (initial === null) return { status: 'signedOut', user: null, reason: 'none' }
  const { user } = initial
  // On its way into the page JSON may have made text of them.
  const [createdAt, updatedAt] = [new Date(user.createdAt), new Date(user.updatedAt)]
  return { status: 'signedIn', user: { ...user, createdAt, updatedAt } }
}

/** A refresh answers with the same user in a new object, which is no change. */
function isSame(one: SessionState, other: SessionState): boolean {
  return (
    one.status === other.status &&
    reasonOf(one) === reasonOf(other) &&
    one.user?.id === other.user?.id &&
    one.user?.email === other.user?.email &&
    one.user?.updatedAt.getTime() === other.user?.updatedAt.getTime()
  )
}

function reasonOf(state: SessionState): SignedOutReason | undefined {
  return state.status === 'signedOut' ? state.reason : undefined
}
