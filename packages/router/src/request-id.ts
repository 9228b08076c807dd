import type { TRPCError } from '@trpc/server'

/** Errors from before there was a context: an oversized batch, a body that is no JSON. */
const requestIds = new WeakMap<TRPCError, string>()

/** Says which request an error is of; an adapter calls it in `onError`, which comes before the error is formatted. */
export function attachRequestId(error: TRPCError, requestId: string): void {
  requestIds.set(error, requestId)
}

export function requestIdOf(error: TRPCError): string {
  return requestIds.get(error) ?? 'unknown'
}
