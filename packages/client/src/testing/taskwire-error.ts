import { type ErrorData, type ErrorDetails, type ErrorReason, errorTable } from '@taskwire/contract'
import type { AppRouter, ErrorShape } from '@taskwire/router'
import { TRPCClientError } from '@trpc/client'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import type { TaskwireError } from '../error.ts'

/**
 * An error as the server answers it, which `isTaskwireError` recognises: for handlers of a mock client to throw.
 *
 * @param details what the reason carries, where it carries anything
 * @example
 * throw taskwireError('RATE_LIMITED', { retryAfter: 30 })
 */
export function taskwireError<Reason extends ErrorReason>(
  reason: Reason,
  ...[details]: ErrorDetails<Reason> extends undefined ? [] : [details: ErrorDetails<Reason>]
): TaskwireError {
  const { code, httpStatus, message } = errorTable[reason]
  const data = { code, httpStatus, reason, requestId: 'mock', ...(details as object | undefined) } as ErrorData
  const shape: ErrorShape = { code: TRPC_ERROR_CODES_BY_KEY[code], message, data }
  return TRPCClientError.from<AppRouter>({ error: shape }) as TaskwireError
}
