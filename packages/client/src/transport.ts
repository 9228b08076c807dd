import { MAX_BATCH_SIZE, wire } from '@taskwire/contract'
import type { AppRouter } from '@taskwire/router'
import { httpBatchLink, type Operation, type OperationLink, type TRPCLink } from '@trpc/client'
import { answerFetcher, type FetchOptions } from './fetch-answer.ts'
import { headersIn } from './headers.ts'

/** Characters. Below the server's 8 kB, and above the longest query that is valid. */
const MAX_URL_LENGTH = 8_000

/** Sends calls over HTTP: calls of the same tick in one request, but each mutation that takes a password alone. */
export function transportLink(fetching: FetchOptions): TRPCLink<AppRouter> {
  const options = { url: fetching.endpoint, transformer: wire, fetch: answerFetcher(fetching) }
  return linkByBatch(({ headers, maxItems }) =>
    httpBatchLink({ ...options, maxItems, maxURLLength: MAX_URL_LENGTH, headers }),
  )
}

/** What calls of one request have in common. */
interface Batch {
  headers: Record<string, string>
  maxItems: number
}

/**
 * Calls share a batch only where all their headers are the same: when another user signs in within the same tick, calls of
 * the first keep their own token.
 */
function linkByBatch(linkFor: (batch: Batch) => TRPCLink<AppRouter>): TRPCLink<AppRouter> {
  return (runtime) => {
    const links = new Map<string, OperationLink<AppRouter>>()
    return (call) => {
      const batch = { headers: headersIn(call.op), maxItems: takesPassword(call.op) ? 1 : MAX_BATCH_SIZE }
      const key = JSON.stringify(batch)
      const link = links.get(key) ?? linkFor(batch)(runtime)
      // By then the batches of this tick are on their way.
      if (links.size === 0) setTimeout(() => links.clear())
      links.set(key, link)
      return link(call)
    }
  }
}

/** The server refuses these in a batch of several, so that each guess at a password costs a request. */
function takesPassword({ type, path }: Operation): boolean {
  return type === 'mutation' && (path.startsWith('auth.') || path === 'apiToken.create')
}
