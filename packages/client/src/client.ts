import { wire } from '@taskwire/contract'
import type { AppRouter } from '@taskwire/router'
import { createTRPCClient, httpBatchLink, httpLink, type Operation, splitLink, type TRPCClient } from '@trpc/client'

/** Where the server is and how to call it. */
export interface TaskwireClientOptions {
  /**
   * The base URL of the server, with or without a trailing slash: `https://tasks.example.com`. In a browser `''` means
   * the origin of the page.
   */
  url: string
  /**
   * An access or API token, sent with every call as `Authorization: Bearer …`; cookies then stay at home. Without it
   * calls are anonymous, but for the session's cookie that browsers send along.
   */
  token?: string
  /** Used in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Sent with every call. */
  headers?: Record<string, string>
}

/**
 * Every procedure of the server by its name, to call with `.query()` or `.mutate()`. A call takes `{ signal }` as its
 * second argument; one that fails rejects with an error that `isTaskwireError` recognises.
 */
export type TaskwireClient = TRPCClient<AppRouter>

/** As many calls as the server takes in one batch. */
const MAX_BATCH_SIZE = 10

/** Characters. Below the server's 8 kB, and above the longest query that is valid. */
const MAX_URL_LENGTH = 8_000

/**
 * Makes a client of a Taskwire server. Calls made in the same tick travel in one request.
 *
 * @example
 * const client = createTaskwireClient({ url: 'https://tasks.example.com', token })
 * const task = await client.task.create.mutate({ id: newId(), title: 'Write the report' })
 */
export function createTaskwireClient({ url, token, fetch, headers }: TaskwireClientOptions): TaskwireClient {
  const options = {
    url: `${url.replace(/\/+$/, '')}/trpc`,
    transformer: wire,
    headers: requestHeaders(headers, token),
    fetch: fetchWithCredentials(token === undefined ? 'include' : 'omit', fetch),
  }
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: isAuthMutation,
        true: httpLink(options),
        false: httpBatchLink({ ...options, maxItems: MAX_BATCH_SIZE, maxURLLength: MAX_URL_LENGTH }),
      }),
    ],
  })
}

/** The server refuses these in a batch: guesses at a password are to cost a request each. */
function isAuthMutation({ type, path }: Operation): boolean {
  return type === 'mutation' && path.startsWith('auth.')
}

function requestHeaders(own: Record<string, string> | undefined, token: string | undefined): Headers {
  const headers = new Headers(own)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  return headers
}

function fetchWithCredentials(credentials: RequestCredentials, own: typeof fetch | undefined): typeof fetch {
  // The global one is looked up at each call: tests and instrumentation may replace it later.
  return (input, init) => (own ?? globalThis.fetch)(input, { ...init, credentials })
}
