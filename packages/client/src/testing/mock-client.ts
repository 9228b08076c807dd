import type { AuthResult, User } from '@taskwire/contract'
import type { AppRouter } from '@taskwire/router'
import type { TRPCLink } from '@trpc/client'
import { createCalls } from '../calls.ts'
import type { ChangesStatus } from '../changes/subscription.ts'
import type { TaskwireClient } from '../client.ts'
import { promiseLink } from '../promise-link.ts'
import type { AtPath, ProcedurePath, RouterInputs, RouterOutputs } from '../router-types.ts'
import { createSession } from '../session/session.ts'
import type { SessionListener, SessionState } from '../session/store.ts'
import { withExtras } from '../with-extras.ts'
import { createMockFeed, type MockChange, type MockChanges } from './mock-changes.ts'

/** Answers calls in the server's place, by the path of the procedure. One that throws makes the call fail. */
export type MockHandlers = {
  [Path in ProcedurePath]?: (
    input: AtPath<RouterInputs, Path>,
  ) => AtPath<RouterOutputs, Path> | Promise<AtPath<RouterOutputs, Path>>
}

export interface MockClientOptions {
  /** Who is signed in to begin with; absent: nobody. */
  user?: User | null
  /** How the session is to begin with, where `user` does not say it: `{ status: 'unknown', user: null }`. */
  session?: SessionState
}

/** A client without a server, and what a test does in the server's place. */
export type MockClient = TaskwireClient & {
  /** Tells what `$emit` is given. Its `status` follows the session, and can be set. */
  readonly $changes: MockChanges
  /**
   * Tells all subscribers of `$changes` a change or a reset, before it returns; whoever waits for its version with
   * `until` goes on. Who subscribes later with a `since` is told it too.
   *
   * @example
   * client.$emit({ type: 'task', task: aTask({ title: 'From another device' }) })
   * client.$emit({ type: 'task', id: task.id }) // deleted
   * client.$emit({ type: 'reset' })
   * @throws RangeError for a version that is not after the last one
   */
  $emit(change: MockChange): void
  /**
   * Makes the session another one, as when it expires or somebody signs in in another tab.
   *
   * @example
   * client.$setSession({ status: 'unknown', user: null })
   */
  $setSession(state: SessionState): void
}

/**
 * A client without a server: for tests of what calls it. A call to a procedure without a handler fails and says so.
 * `$session` follows what the handlers of `auth.login`, `auth.register`, `auth.logout` and `auth.deleteAccount` answer;
 * signing out needs no handler.
 *
 * @example
 * const client = createMockClient({
 *   'task.get': ({ id }) => ({ ...task, id }),
 *   'task.create': () => { throw taskwireError('RATE_LIMITED', { retryAfter: 30 }) },
 * })
 */
export function createMockClient(
  handlers: MockHandlers = {},
  { user = null, session: initial = stateOf(user) }: MockClientOptions = {},
): MockClient {
  const store = createMockStore(initial)
  const feed = createMockFeed(statusWith(initial))
  store.subscribe((state) => {
    feed.changes.status = statusWith(state)
    if (state.user === null) feed.signOut()
  })
  const mockLink = promiseLink(async ({ path, input }) => {
    const answer = await handlerOf({ 'auth.logout': () => null, ...handlers }, path)(input)
    if (path === 'auth.login' || path === 'auth.register') store.setState(stateOf((answer as AuthResult).user))
    if (path === 'auth.logout' || path === 'auth.deleteAccount') store.setState(stateOf(null))
    return answer
  })
  const limits = { timeout: 0 }
  const client = createCalls({ links: [mockLink, noStreamLink], limits })
  const session = createSession({
    store,
    renewal: { restore: async () => store.state },
    auth: {
      register: client.auth.register.mutate,
      login: client.auth.login.mutate,
      logout: (options) => client.auth.logout.mutate(undefined, options),
    },
    limits,
  })
  return withExtras(client, {
    $changes: feed.changes,
    $session: session,
    $emit: feed.emit,
    $setSession: store.setState,
    $close: feed.close,
  })
}

function statusWith({ status }: SessionState): ChangesStatus {
  if (status === 'unknown') return 'connecting'
  return status === 'signedIn' ? 'live' : 'signedOut'
}

function handlerOf(handlers: MockHandlers, path: string): (input: unknown) => unknown {
  const handler = Object.entries(handlers).find(([name]) => name === path)?.[1]
  if (handler === undefined) {
    throw new Error(`The mock client has no handler for ${path}: createMockClient({ '${path}': (input) => … })`)
  }
  return handler as (input: unknown) => unknown
}

const noStreamLink: TRPCLink<AppRouter> =
  () =>
  ({ op }) => {
    throw new Error(`The mock client has no streams: ${op.path}`)
  }

function createMockStore(initial: SessionState) {
  let state = initial
  const listeners = new Set<SessionListener>()
  return {
    get state() {
      return state
    },
    setState(next: SessionState): void {
      if (next.status === state.status && next.user === state.user) return
      state = next
      for (const listener of [...listeners]) listener(state)
    },
    subscribe(listener: SessionListener): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function stateOf(user: User | null): SessionState {
  return user === null ? { status: 'signedOut', user, reason: 'none' } : { status: 'signedIn', user }
}
