import type { Operation } from '@trpc/client'

/** Milliseconds. While a tab waits for the answer to such a call, the others wait for their turn. */
const DEADLINE = 30_000

/** The same call, aborted when it takes too long, all tries together. */
export function withDeadline(operation: Operation): Operation {
  return { ...operation, signal: deadline(operation.signal) }
}

/** A signal that aborts with this one, or when the time for a call that sets the cookie is over. */
export function deadline(signal?: AbortSignal | null): AbortSignal {
  return AbortSignal.any([AbortSignal.timeout(DEADLINE), ...(signal ? [signal] : [])])
}
