import type { ErrorData } from '@taskwire/contract'
import type { AppRouter, ErrorShape } from '@taskwire/router'
import { isTRPCClientError, type TRPCClientError } from '@trpc/client'

/** The server's own answer to a call that failed. */
export interface TaskwireError extends TRPCClientError<AppRouter> {
  /** Why it failed: `switch (error.data.reason)` narrows to what each reason carries. */
  readonly data: ErrorData
  readonly shape: ErrorShape
}

/**
 * Whether the server answered with a reason. False for a network that failed, a call that was aborted, or a proxy that
 * answered in the server's place. A server newer than this package may give a reason that `ErrorReason` does not know.
 *
 * @example
 * if (isTaskwireError(error) && error.data.reason === 'VERSION_CONFLICT') merge(error.data.current)
 */
export function isTaskwireError(error: unknown): error is TaskwireError {
  return isTRPCClientError<AppRouter>(error) && typeof error.data?.reason === 'string'
}

/** Milliseconds that the server asks to wait; 0 where it asks for none. */
export function waitAskedBy(error: unknown): number {
  return isTaskwireError(error) ? (error.data.retryAfter ?? 0) * 1_000 : 0
}

/** The server itself has answered 401, whatever the reason: the caller is not signed in. */
export function isUnauthenticated(error: unknown): error is TaskwireError {
  return isTaskwireError(error) && error.data.httpStatus === 401
}

/** The server has refused the token, so that another token may help. For a wrong password it does not. */
export function isRefusalOfToken(error: unknown): boolean {
  return isUnauthenticated(error) && error.data.reason !== 'INVALID_CREDENTIALS'
}
