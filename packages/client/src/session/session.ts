import type { AuthResult, LoginInput, RegisterInput, User } from '@taskwire/contract'
import type { CallOptions } from '../call-options.ts'
import { type ClientLimits, toldToCallerOf } from '../calls.ts'
import { withLimits } from '../time-limit.ts'
import type { Renewal } from './renewal.ts'
import type { SessionListener, SessionState, SessionStore } from './store.ts'

/** Who is signed in, in this browser: all its tabs sign in and out together. */
export interface TaskwireSession {
  /**
   * Whether somebody is signed in. `unknown` until the cookie of an earlier visit has been tried, which the first call
   * does, or `restore`. Only the server's refusal makes it `signedOut`: no failure of the network does.
   */
  readonly status: SessionState['status']
  /** The user who is signed in. */
  readonly user: User | null
  /** Both of them: a new object at each change, as `useSyncExternalStore` and its like want it. */
  readonly state: SessionState
  /**
   * Tries the cookie of an earlier visit, once. Call it when the page starts. Rejects, and may be called again, when the
   * server cannot be asked.
   *
   * @returns the user who is signed in, or null
   */
  restore(options?: CallOptions): Promise<User | null>
  /** Makes an account and signs in. Fails with `EMAIL_TAKEN`, `VALIDATION_FAILED`, `RATE_LIMITED`. */
  signUp(input: RegisterInput, options?: CallOptions): Promise<User>
  /** Fails with `INVALID_CREDENTIALS`, `RATE_LIMITED`. */
  signIn(input: LoginInput, options?: CallOptions): Promise<User>
  /**
   * Signs out: here and in all tabs at once, whatever the network does. When it rejects, the server has not heard of it
   * and the browser still has the cookie: call it again, or the next visit is signed in. A `sessionStore` is empty by then,
   * and the next start is signed out; call it again for the server to end the session, too.
   */
  signOut(options?: CallOptions): Promise<void>
  /** Calls the listener at each change, in whichever tab it was made. @returns what ends that */
  subscribe(listener: SessionListener): () => void
}

/** The procedures that sign in and out, as the client calls them. */
export interface AuthCalls {
  register(input: RegisterInput, options?: CallOptions): Promise<AuthResult>
  login(input: LoginInput, options?: CallOptions): Promise<AuthResult>
  logout(options?: CallOptions): Promise<null>
}

export interface SessionOptions {
  store: Pick<SessionStore, 'state' | 'subscribe'>
  renewal: Pick<Renewal, 'restore'>
  auth: AuthCalls
  limits: Pick<ClientLimits, 'timeout' | 'onClose'>
}

export function createSession({ store, renewal, auth, limits }: SessionOptions): TaskwireSession {
  async function restore({ signal }: CallOptions = {}): Promise<User | null> {
    const restored = withLimits({ ...limits, path: 'auth.restore', signal }, () => renewal.restore())
    return (await toldToCallerOf(restore, restored)).user
  }

  async function signUp(input: RegisterInput, options?: CallOptions): Promise<User> {
    return (await toldToCallerOf(signUp, auth.register(input, options))).user
  }

  async function signIn(input: LoginInput, options?: CallOptions): Promise<User> {
    return (await toldToCallerOf(signIn, auth.login(input, options))).user
  }

  async function signOut(options?: CallOptions): Promise<void> {
    await toldToCallerOf(signOut, auth.logout(options))
  }

  return {
    get status() {
      return store.state.status
    },
    get user() {
      return store.state.user
    },
    get state() {
      return store.state
    },
    subscribe: store.subscribe,
    restore,
    signUp,
    signIn,
    signOut,
  }
}
