import { MAX_BATCH_SIZE, wire } from '@taskwire/contract'
import type { AppRouter } from '@taskwire/router'
import { httpBatchLink, httpLink, type Operation, type OperationLink, splitLink, type TRPCLink } from '@trpc/client'

/** How calls travel. */
export interface TransportOptions {
  /** Where the server answers. */
  endpoint: string
  /** Whether cookies go along. */
  credentials: 'include' | 'omit'
  fetch: typeof globalThis.fetch | undefined
  headers: Record<string, string> | undefined
}

/** Characters. Below the server's 8 kB, and above the longest query that is valid. */
const MAX_URL_LENGTH = 8_000

/** What a proxy answers while the server behind it is away. */
const GATEWAY_STATUSES = new Set([502, 503, 504])

/** Sends calls over HTTP: calls of the same tick in one request, but each mutation that takes a password alone. */
export function transportLink({ endpoint, credentials, fetch, headers }: TransportOptions): TRPCLink<AppRouter> {
  const options = {
    url: endpoint,
    transformer: wire,
    fetch: fetchAnswer(credentials, fetch),
  }
  return splitLink({
    // The server refuses these in a batch, so that each guess at a password costs a request.
    condition: ({ type, path }) => type === 'mutation' && (path.startsWith('auth.') || path === 'apiToken.create'),
    true: httpLink({ ...options, headers: ({ op }) => withAuthorization(headers, tokenOf(op)) }),
    false: linkByToken((token) =>
      httpBatchLink({
        ...options,
        maxItems: MAX_BATCH_SIZE,
        maxURLLength: MAX_URL_LENGTH,
        headers: withAuthorization(headers, token),
      }),
    ),
  })
}

/** The same call, to be sent with this token or with none. */
export function withToken(operation: Operation, accessToken: string | undefined): Operation {
  return { ...operation, context: { ...operation.context, accessToken } }
}

function tokenOf({ context }: Operation): string | undefined {
  const token = context['accessToken']
  return typeof token === 'string' ? token : undefined
}

/** Each batch has one token: when another user signs in within the same tick, calls of the first keep their own. */
function linkByToken(linkFor: (token: string | undefined) => TRPCLink<AppRouter>): TRPCLink<AppRouter> {
  return (runtime) => {
    let latest: { token: string | undefined; send: OperationLink<AppRouter> } | undefined
    return (call) => {
      const token = tokenOf(call.op)
      if (latest === undefined || latest.token !== token) latest = { token, send: linkFor(token)(runtime) }
      return latest.send(call)
    }
  }
}

function withAuthorization(own: Record<string, string> | undefined, token: string | undefined): Headers {
  const headers = new Headers(own)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  return headers
}

function fetchAnswer(credentials: RequestCredentials, own: typeof fetch | undefined): typeof fetch {
  return async (input, init) => {
    // The global one is looked up at each call: tests and instrumentation may replace it later.
    const response = await (own ?? globalThis.fetch)(input, { ...init, credentials })
    const json = response.headers.get('content-type')?.includes('json')
    // For the caller this is the same as a network that fails, for which `fetch` throws a TypeError.
    if (!json && GATEWAY_STATUSES.has(response.status)) throw new TypeError(`A gateway answered ${response.status}`)
    return response
  }
}
