import {
  type ErrorData,
  type ErrorDetailsByReason,
  type ErrorReason,
  errorTable,
  toValidationIssues,
  WireError,
  wire,
} from '@taskwire/contract'
import { DomainError, toDomainError } from '@taskwire/domain'
import { TRPCError } from '@trpc/server'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { ZodError } from 'zod'
import type { ErrorShape } from './error-shape.ts'

/** The reasons that carry nothing but their name. */
export type PlainReason = Exclude<ErrorReason, keyof ErrorDetailsByReason>

/** What a client is told: a reason, its details, and a sentence that gives nothing of the server away. */
interface Refusal {
  reason: ErrorReason
  message: string
  details: object | undefined
}

/** The one place where an error becomes an answer, whoever threw it. */
export function toErrorShape(error: TRPCError, requestId: string): ErrorShape {
  const { reason, message, details } = toRefusal(error)
  const { code, httpStatus } = errorTable[reason]
  return {
    code: TRPC_ERROR_CODES_BY_KEY[code],
    message,
    data: { code, httpStatus, reason, requestId, ...details } as ErrorData,
  }
}

/** The same error with the code, and so the HTTP status, that its reason has. */
export function withCodeOfReason(error: TRPCError): TRPCError {
  const { reason, message } = toRefusal(error)
  return new TRPCError({ code: errorTable[reason].code, message, cause: error.cause ?? error })
}

/** Why a procedure that was called by `createCaller`, or a verb, has failed; `INTERNAL` where nobody foresaw the error. */
export function failureOf(error: unknown): ErrorShape {
  const known = error instanceof TRPCError ? error : new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error })
  return toErrorShape(known, 'internal')
}

/** Seconds after which the call may succeed, where that is known. */
export function retryAfterOf(error: TRPCError): number | undefined {
  const { details } = toRefusal(error)
  return details !== undefined && 'retryAfter' in details ? Number(details.retryAfter) : undefined
}

/** The failure of a request that is refused before a procedure is called. */
export function refusalShape(reason: PlainReason, requestId: string): ErrorShape {
  return toErrorShape(new TRPCError({ code: errorTable[reason].code, cause: new DomainError(reason) }), requestId)
}

/** What tRPC would answer to such a request. */
export function toErrorEnvelope(reason: PlainReason, requestId: string): { error: unknown } {
  return { error: wire.output.serialize(refusalShape(reason, requestId)) }
}

/** Why the call failed, for logs and metrics. */
export function reasonOf(error: TRPCError): ErrorReason {
  return toRefusal(error).reason
}

function toRefusal(error: TRPCError): Refusal {
  const { cause } = error
  if (cause instanceof TRPCError) return toRefusal(cause)
  const known = cause instanceof DomainError ? cause : toDomainError(cause)
  if (known !== null) return refusal(known.reason, known.details)
  // An output that does not fit its schema is a zod error as well, and a fault of ours: tRPC gives it another code.
  if (cause instanceof ZodError && error.code === 'BAD_REQUEST') {
    return refusal('VALIDATION_FAILED', { issues: toValidationIssues(cause) })
  }
  const reason = reasonOfCode(error)
  return cause instanceof WireError && reason === 'MALFORMED_REQUEST'
    ? { ...refusal(reason), message: cause.message }
    : refusal(reason)
}

function refusal(reason: ErrorReason, details?: object): Refusal {
  return { reason, message: errorTable[reason].message, details }
}

/** tRPC's own refusals: they come before any procedure runs. */
function reasonOfCode({ code }: TRPCError): ErrorReason {
  switch (code) {
    case 'PARSE_ERROR':
    case 'BAD_REQUEST':
      return 'MALFORMED_REQUEST'
    case 'NOT_FOUND':
      return 'UNKNOWN_PROCEDURE'
    case 'METHOD_NOT_SUPPORTED':
    case 'PAYLOAD_TOO_LARGE':
    case 'UNSUPPORTED_MEDIA_TYPE':
      return code
    default:
      return 'INTERNAL'
  }
}
