import type { AuthResult } from '@taskwire/contract'
import { isUnauthenticated, type TaskwireError } from '../error.ts'
import type { AccessToken } from './access-token.ts'
import type { SessionState, SessionStore, SignedOutReason } from './store.ts'

/** Keeps a session supplied with access tokens: however many calls need one, there is one refresh at a time. */
export interface Renewal {
  /** The token for a call, renewed when it is due; null when nobody is signed in. Rejects when the refresh fails. */
  currentToken(): Promise<AccessToken | null>
  /** The token that follows one that the server has refused; null when the session is another one by now. */
  replace(refused: AccessToken): Promise<AccessToken | null>
  /** Tries the cookie unless that has been done. Rejects when the server cannot be asked. */
  restore(): Promise<SessionState>
  /** Waits for the answer to a refresh or a restore, and changes the session by it. */
  conclude<Result extends AuthResult | null>(request: () => Promise<Result>): Promise<Result>
}

export interface RenewalOptions {
  store: SessionStore
  /** Renews a session by its cookie, which has to be there. */
  refresh(): Promise<AuthResult>
  /** Tries the cookie of an earlier visit; null where there is none. */
  restore(): Promise<AuthResult | null>
}

export function createRenewal({ store, refresh, restore }: RenewalOptions): Renewal {
  let underWay: Promise<void> | null = null
  // The time before which a failed refresh is not tried again, while the token still works.
  let postponedUntil = 0

  /** Replaces a token, together with all who want that at the same time. */
  async function renew(stale: AccessToken | null): Promise<void> {
    underWay ??= store
      .exclusively(() => refreshInTurn(stale))
      .finally(() => {
        underWay = null
      })
    return underWay
  }

  async function refreshInTurn(stale: AccessToken | null): Promise<void> {
    // While this tab waited for its turn another one has refreshed, or somebody has signed in or out.
    if (store.token !== stale || store.state.status === 'signedOut') return
    await conclude<AuthResult | null>(stale === null ? restore : refresh)
  }

  async function conclude<Result extends AuthResult | null>(request: () => Promise<Result>): Promise<Result> {
    const { endings, token } = store
    // Otherwise somebody has signed in or out in the meantime, and knows better.
    const lose = (reason: SignedOutReason) => {
      if (store.token === token && store.endings === endings) store.lose(reason)
    }
    try {
      const result = await request()
      if (result === null) lose(token === null ? 'none' : 'expired')
      else if (store.endings === endings) store.begin(result)
      return result
    } catch (error) {
      // Nothing else ends a session: no limit, fault, abort or network does.
      if (isUnauthenticated(error)) lose(reasonOfEnd(error))
      throw error
    }
  }

  async function currentToken(): Promise<AccessToken | null> {
    const { token } = store
    if (token === null) {
      if (store.state.status === 'unknown') await renew(null)
      return store.token
    }
    if (performance.now() < Math.max(token.renewAt, Math.min(postponedUntil, token.endsAt))) return token
    try {
      await renew(token)
    } catch (error) {
      const left = token.endsAt - performance.now()
      if (left <= 0 || store.token !== token) throw error
      postponedUntil = performance.now() + left / 2
    }
    return successorOf(token)
  }

  /** Null when another user has signed in: what the first user called must not be done as the second. */
  function successorOf(token: AccessToken): AccessToken | null {
    return store.token?.sessionId === token.sessionId ? store.token : null
  }

  return {
    currentToken,
    conclude,
    async replace(refused) {
      if (store.token === refused) await renew(refused)
      return successorOf(refused)
    },
    async restore() {
      if (store.state.status === 'unknown') {
        await renew(null).catch((error: unknown) => {
          if (!isUnauthenticated(error)) throw error
        })
      }
      return store.state
    },
  }
}

function reasonOfEnd({ reason }: TaskwireError): SignedOutReason {
  return reason === 'SESSION_REVOKED' || reason === 'ACCOUNT_INACTIVE' ? 'revoked' : 'expired'
}
