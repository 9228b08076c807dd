import { createCalls } from './calls.ts'
import { sessionAccount, tokenAccount } from './changes/account.ts'
import { createChanges, type TaskwireChanges } from './changes/changes.ts'
import { openLine } from './line.ts'
import type { CommonOptions, TaskwireClientOptions, TaskwireTokenClientOptions, TokenSource } from './options.ts'
import type { TaskwireProcedures } from './procedures.ts'
import { cookieProof } from './session/cookie-proof.ts'
import { sessionEnder } from './session/end-session.ts'
import { refreshTokenLink } from './session/refresh-token.ts'
import { createRenewal } from './session/renewal.ts'
import { createSession, type TaskwireSession } from './session/session.ts'
import { DEADLINE, sessionLink } from './session/session-link.ts'
import { createSessionStore } from './session/store.ts'
import { defaultTiming } from './timing.ts'
import { tokenKeeper, tokenLink } from './token.ts'
import { withExtras } from './with-extras.ts'

/**
 * Every procedure of the server by its name, to call with `.query()` or `.mutate()`. A call takes `{ signal }` as its
 * second argument; one that fails rejects with an error that `isTaskwireError` recognises.
 */
export interface TaskwireTokenClient extends TaskwireProcedures {
  /** Tells what changes, as it happens. */
  readonly $changes: TaskwireChanges
  /**
   * Ends all that the client does: calls under way, `$changes`, what it hears from other tabs. Later calls fail. A page that
   * goes away needs none of this; a module that is replaced while it runs does.
   *
   * @example
   * import.meta.hot?.dispose(() => client.$close())
   */
  $close(): void
}

/** The same with a session that renews itself. It can be passed wherever a `TaskwireTokenClient` is wanted. */
export interface TaskwireClient extends TaskwireTokenClient {
  /** Signs in and out, and tells who is signed in. */
  readonly $session: TaskwireSession
}

/** Stands in the place of what is no token, for the compiler's message to say it. */
type NotAToken =
  'token must be a string, or a function that gives one: where it may be missing, decide before whether the client has a token or a session'

type CheckedToken<Token> = [Token] extends [TokenSource] ? Token : NotAToken

/**
 * Makes a client of a Taskwire server. Calls made in the same tick travel in one request. Without a token it keeps a
 * session: `$session` signs in and out, and access tokens are renewed as they expire.
 *
 * @throws TypeError for a URL that cannot be meant
 * @example
 * const client = createTaskwireClient({ url: 'https://tasks.example.com' })
 * await client.$session.signIn({ email, password })
 * const task = await client.task.create.mutate({ id: newId(), title: 'Write the report' })
 */
export function createTaskwireClient(options: TaskwireClientOptions): TaskwireClient
/**
 * Makes a client that calls with a token.
 *
 * @throws TypeError for a URL or a token that cannot be meant
 * @example
 * const client = createTaskwireClient({ url: 'https://tasks.example.com', token: 'twk_…' })
 */
export function createTaskwireClient<Token>(
  options: CommonOptions & { token: CheckedToken<Token> },
): TaskwireTokenClient
export function createTaskwireClient(
  options: TaskwireClientOptions | TaskwireTokenClientOptions,
): TaskwireClient | TaskwireTokenClient {
  return options.token === undefined ? createSessionClient(options) : createTokenClient(options)
}

/** Makes a client with a token. Only tests pass a timing. */
export function createTokenClient(options: TaskwireTokenClientOptions, timing = defaultTiming): TaskwireTokenClient {
  const tokens = tokenKeeper(options.token)
  const line = openLine(options, { credentials: 'omit', timing })
  const client = createCalls({ links: [tokenLink(tokens), ...line.links], limits: line.limits })
  const changes = createChanges({
    account: tokenAccount(tokens),
    list: client.change.list.query,
    open: line.openStream,
    shareAs: null,
    timing,
  })
  const close = () => {
    changes.close()
    line.close()
  }
  return withExtras(client, { $changes: changes, $close: close })
}

/** Makes a client that keeps a session. Only tests pass a timing. */
export function createSessionClient(options: TaskwireClientOptions, timing = defaultTiming): TaskwireClient {
  const { initialSession, sessionStore } = options
  const line = openLine(options, { credentials: sessionStore === undefined ? 'include' : 'omit', timing })
  const { endpoint, limits } = line
  const plain = createCalls({ links: line.links, limits: { ...limits, timeout: DEADLINE } })
  const endSession = sessionEnder((input, options) => plain.session.revoke.mutate(input, options))
  const links = sessionStore === undefined ? line.links : [refreshTokenLink(sessionStore, endSession), ...line.links]
  const withoutSession = createCalls({ links, limits: { ...limits, timeout: DEADLINE } })
  const restore = () => withoutSession.auth.restore.mutate()
  const store = createSessionStore({ endpoint, initialSession })
  const renewal = createRenewal({ store, restore, refresh: () => withoutSession.auth.refresh.mutate() })
  const forget = () => sessionStore?.set(null)
  const prove = sessionStore === undefined ? cookieProof({ endpoint, restore, endSession }) : undefined
  const client = createCalls({ links: [sessionLink({ store, renewal, prove, forget }), ...links], limits })
  const session = createSession({
    store,
    renewal,
    auth: {
      register: client.auth.register.mutate,
      login: client.auth.login.mutate,
      logout: (options) => client.auth.logout.mutate(undefined, options),
    },
    limits,
  })
  const changes = createChanges({
    account: sessionAccount(store, renewal),
    list: client.change.list.query,
    open: line.openStream,
    shareAs: `taskwire:changes:${endpoint}`,
    timing,
  })
  const close = () => {
    changes.close()
    store.close()
    line.close()
  }
  return withExtras(client, { $changes: changes, $session: session, $close: close })
}
