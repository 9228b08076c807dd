import type { Operation } from '@trpc/client'

/** Milliseconds. While one tab waits for the answer to a call that sets the cookie, the other tabs wait for their turn. */
const DEADLINE = 30_000

/** The same call, aborted when it takes too long, all tries together. */
export function withDeadline(operation: Operation): Operation {
  return { ...operation, signal: deadline(operation.signal) }
}

/** A signal that aborts with this one, or when a call that sets the cookie has taken too long. */
export function deadline(signal?: AbortSignal | null): AbortSignal {
  return AbortSignal.any([AbortSignal.timeout(DEADLINE), ...(signal ? [signal] : [])])
}
