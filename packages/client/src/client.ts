import type { AppRouter } from '@taskwire/router'
import { createTRPCClient, type TRPCClient } from '@trpc/client'
import { abortLink } from './abort-link.ts'
import { sessionAccount, tokenAccount } from './changes/account.ts'
import { createChanges, type TaskwireChanges } from './changes/changes.ts'
import { streamOpener } from './changes/stream.ts'
import { promiseLink } from './promise-link.ts'
import { retryLink } from './retry-link.ts'
import { deadline } from './session/deadline.ts'
import { createRenewal } from './session/renewal.ts'
import { createSession, type TaskwireSession } from './session/session.ts'
import { sessionLink } from './session/session-link.ts'
import { createSessionStore } from './session/store.ts'
import { defaultTiming } from './timing.ts'
import { type TransportOptions, transportLink, withToken } from './transport.ts'
import { withExtras } from './with-extras.ts'

/** Where the server is and how to call it. */
export interface TaskwireClientOptions {
  /**
   * The base URL of the server, with or without a trailing slash: `https://tasks.example.com`. In a browser `''` means
   * the origin of the page.
   */
  url: string
  /** Without a token the client keeps a session, by the cookie that the server sets. */
  token?: undefined
  /** Used in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Sent with every call. */
  headers?: Record<string, string>
}

/** The same for a tool that has a token. */
export interface TaskwireTokenClientOptions extends Omit<TaskwireClientOptions, 'token'> {
  /** An access or API token, sent with every call as `Authorization: Bearer …`; cookies then stay at home. */
  token: string
}

/**
 * Every procedure of the server by its name, to call with `.query()` or `.mutate()`. A call takes `{ signal }` as its
 * second argument; one that fails rejects with an error that `isTaskwireError` recognises.
 */
export type TaskwireTokenClient = TRPCClient<AppRouter> & {
  /** Tells what changes, as it happens. */
  readonly $changes: TaskwireChanges
}

/** The same with a session that renews itself. It can be passed wherever a `TaskwireTokenClient` is wanted. */
export type TaskwireClient = TaskwireTokenClient & {
  /** Signs in and out, and tells who is signed in. */
  readonly $session: TaskwireSession
}

/**
 * Makes a client of a Taskwire server. Calls made in the same tick travel in one request. Without a token it keeps a
 * session: `$session` signs in and out, and access tokens are renewed as they expire.
 *
 * @example
 * const client = createTaskwireClient({ url: 'https://tasks.example.com' })
 * await client.$session.signIn({ email, password })
 * const task = await client.task.create.mutate({ id: newId(), title: 'Write the report' })
 */
export function createTaskwireClient(options: TaskwireClientOptions): TaskwireClient
/**
 * Makes a client that calls with a token.
 *
 * @example
 * const client = createTaskwireClient({ url: 'https://tasks.example.com', token: 'twk_…' })
 */
export function createTaskwireClient(options: TaskwireTokenClientOptions): TaskwireTokenClient
export function createTaskwireClient(
  options: TaskwireClientOptions | TaskwireTokenClientOptions,
): TaskwireClient | TaskwireTokenClient {
  return options.token === undefined ? createSessionClient(options) : createTokenClient(options)
}

/** Makes a client with a token. Only tests pass a timing. */
export function createTokenClient(options: TaskwireTokenClientOptions, timing = defaultTiming): TaskwireTokenClient {
  const { token } = options
  const transport: TransportOptions = { ...transportOf(options), credentials: 'omit' }
  const tokenLink = promiseLink((operation, send) => send(withToken(operation, token)))
  const client = createTRPCClient<AppRouter>({
    links: [abortLink, tokenLink, retryLink(timing.repeat), transportLink(transport)],
  })
  const changes = createChanges({
    account: tokenAccount(token),
    list: client.change.list.query,
    open: streamOpener({ ...transport, silence: timing.streamSilence }),
    shareAs: null,
    timing,
  })
  return withExtras(client, { $changes: changes })
}

/** Makes a client that keeps a session. Only tests pass a timing. */
export function createSessionClient(options: TaskwireClientOptions, timing = defaultTiming): TaskwireClient {
  const transport: TransportOptions = { ...transportOf(options), credentials: 'include' }
  const { endpoint } = transport
  const sending = [abortLink, retryLink(timing.repeat), transportLink(transport)]
  const withoutSession = createTRPCClient<AppRouter>({ links: sending })
  const store = createSessionStore(endpoint)
  const renewal = createRenewal({
    store,
    refresh: () => withoutSession.auth.refresh.mutate(undefined, { signal: deadline() }),
  })
  // The abort link stands first, so that an abort also ends the wait for a refresh.
  const client = createTRPCClient<AppRouter>({ links: [abortLink, sessionLink({ store, renewal }), ...sending] })
  const session = createSession({
    store,
    renewal,
    auth: {
      register: client.auth.register.mutate,
      login: client.auth.login.mutate,
      logout: (options) => client.auth.logout.mutate(undefined, options),
    },
  })
  const changes = createChanges({
    account: sessionAccount(store, renewal),
    list: client.change.list.query,
    open: streamOpener({ ...transport, silence: timing.streamSilence }),
    shareAs: `taskwire:changes:${endpoint}`,
    timing,
  })
  return withExtras(client, { $changes: changes, $session: session })
}

function transportOf({ url, fetch, headers }: TaskwireClientOptions | TaskwireTokenClientOptions) {
  return { endpoint: `${url.replace(/\/+$/, '')}/trpc`, fetch, headers }
}
