import { type ErrorData, type ErrorDetails, type ErrorReason, errorTable } from '@taskwire/contract'
import type { ErrorShape } from '@taskwire/router'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { type FailureReason, type LostReason, TaskwireError } from '../error.ts'
import type { ProcedurePath } from '../router-types.ts'

/** Until a mock client throws it, an error belongs to no procedure. */
const NO_PATH = '' as ProcedurePath

/** What a reason carries is owed; most carry nothing. */
type DetailsOwed<Reason> = Reason extends ErrorReason
  ? ErrorDetails<Reason> extends undefined
    ? []
    : [details: ErrorDetails<Reason>]
  : []

/**
 * An error as calls fail with it, which `isTaskwireError` recognises: for handlers of a mock client to throw.
 *
 * @param details what the reason carries, where it carries anything
 * @example
 * throw taskwireError('RATE_LIMITED', { retryAfter: 30 })
 */
export function taskwireError<Reason extends FailureReason>(
  reason: Reason,
  ...[details]: DetailsOwed<Reason>
): TaskwireError {
  if (isLost(reason)) return new TaskwireError({ path: NO_PATH, message: LOST_MESSAGES[reason], data: { reason } })
  const { code, httpStatus, message } = errorTable[reason as ErrorReason]
  const data = { code, httpStatus, reason, requestId: 'mock', ...(details as object | undefined) } as ErrorData
  const shape: ErrorShape = { code: TRPC_ERROR_CODES_BY_KEY[code], message, data }
  return new TaskwireError({ path: NO_PATH, message, data, shape })
}

function isLost(reason: FailureReason): reason is LostReason {
  return reason in LOST_MESSAGES
}

const LOST_MESSAGES: Record<LostReason, string> = {
  NETWORK: 'No answer from the server',
  TIMED_OUT: 'No answer in time',
  BAD_ANSWER: 'The answer is not one of a Taskwire server',
}
