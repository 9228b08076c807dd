import type { AuthResult, User } from '@taskwire/contract'
import type { AppRouter } from '@taskwire/router'
import { createTRPCClient, type TRPCLink } from '@trpc/client'
import { abortLink } from '../abort-link.ts'
import type { TaskwireClient } from '../client.ts'
import { promiseLink } from '../promise-link.ts'
import type { RouterInputs, RouterOutputs } from '../router-types.ts'
import { createSession } from '../session/session.ts'
import type { SessionListener, SessionState } from '../session/store.ts'
import { withExtras } from '../with-extras.ts'

/** `'task.list'`, `'auth.login'` and so on. */
type ProcedurePath = {
  [Group in keyof RouterInputs & string]: `${Group}.${keyof RouterInputs[Group] & string}`
}[keyof RouterInputs & string]

/** Looks up `group.name` in a record of groups. */
type AtPath<Groups, Path> = Path extends `${infer Group extends keyof Groups & string}.${infer Name}`
  ? Name extends keyof Groups[Group]
    ? Groups[Group][Name]
    : never
  : never

/** What a handler is given: `undefined` where a caller may leave the input out. */
type HandlerInput<Input> = undefined extends Input ? Exclude<Input, void> | undefined : Input

/** Answers calls in the server's place, by the path of the procedure. One that throws makes the call fail. */
export type MockHandlers = {
  [Path in ProcedurePath as AtPath<RouterOutputs, Path> extends AsyncIterable<unknown> ? never : Path]?: (
    input: HandlerInput<AtPath<RouterInputs, Path>>,
  ) => AtPath<RouterOutputs, Path> | Promise<AtPath<RouterOutputs, Path>>
}

export interface MockClientOptions {
  /** Who is signed in to begin with; absent: nobody. */
  user?: User | null
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
export function createMockClient(handlers: MockHandlers = {}, { user = null }: MockClientOptions = {}): TaskwireClient {
  const store = createMockStore(user)
  const mockLink = promiseLink(async ({ path, input }) => {
    const answer = await handlerOf({ 'auth.logout': () => null, ...handlers }, path)(input)
    if (path === 'auth.login' || path === 'auth.register') store.setUser((answer as AuthResult).user)
    if (path === 'auth.logout' || path === 'auth.deleteAccount') store.setUser(null)
    return answer
  })
  const client = createTRPCClient<AppRouter>({ links: [abortLink, mockLink, noStreamLink] })
  const session = createSession({
    store,
    renewal: { restore: async () => store.state },
    auth: {
      register: client.auth.register.mutate,
      login: client.auth.login.mutate,
      logout: (options) => client.auth.logout.mutate(undefined, options),
    },
  })
  return withExtras(client, { $changes: { subscribe: () => () => {} }, $session: session })
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

function createMockStore(signedIn: User | null) {
  let state = stateOf(signedIn)
  const listeners = new Set<SessionListener>()
  return {
    get state() {
      return state
    },
    setUser(user: User | null): void {
      if (user === state.user) return
      state = stateOf(user)
      for (const listener of [...listeners]) listener(state)
    },
    subscribe(listener: SessionListener): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function stateOf(user: User | null): SessionState {
  return user === null ? { status: 'signedOut', user } : { status: 'signedIn', user }
}
