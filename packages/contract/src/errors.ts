import type { ValidationIssue } from './issues.ts'
import type { Tag } from './tag.ts'
import type { Task } from './task.ts'

/** The tRPC error codes in use. Each has one HTTP status in tRPC, which is why `GATEWAY_TIMEOUT`, not `TIMEOUT`, is our 504. */
export type ErrorCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_SUPPORTED'
  | 'CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_MANY_REQUESTS'
  | 'INTERNAL_SERVER_ERROR'
  | 'SERVICE_UNAVAILABLE'
  | 'GATEWAY_TIMEOUT'

interface ErrorDefinition {
  /** The status of the HTTP answer. */
  httpStatus: number
  /** The tRPC code from which tRPC derives the same status. */
  code: ErrorCode
  /** What a person reads when nothing more precise is known. */
  message: string
}

/** The one place that says how a reason appears over HTTP, in tRPC and to a reader. */
export const errorTable = {
  VALIDATION_FAILED: { httpStatus: 400, code: 'BAD_REQUEST', message: 'Some fields are not valid' },
  MALFORMED_REQUEST: { httpStatus: 400, code: 'BAD_REQUEST', message: 'The request could not be read' },
  TOKEN_MISSING: { httpStatus: 401, code: 'UNAUTHORIZED', message: 'Sign in to continue' },
  TOKEN_EXPIRED: { httpStatus: 401, code: 'UNAUTHORIZED', message: 'The access token has expired' },
  TOKEN_INVALID: { httpStatus: 401, code: 'UNAUTHORIZED', message: 'The token is not valid' },
  SESSION_REVOKED: { httpStatus: 401, code: 'UNAUTHORIZED', message: 'The session has ended: sign in again' },
  ACCOUNT_INACTIVE: { httpStatus: 401, code: 'UNAUTHORIZED', message: 'The account is not active' },
  INVALID_CREDENTIALS: { httpStatus: 401, code: 'UNAUTHORIZED', message: 'Email or password is wrong' },
  FORBIDDEN: { httpStatus: 403, code: 'FORBIDDEN', message: 'This is not allowed' },
  CROSS_SITE: { httpStatus: 403, code: 'FORBIDDEN', message: 'Requests from this site are not allowed' },
  NOT_FOUND: { httpStatus: 404, code: 'NOT_FOUND', message: 'Not found' },
  UNKNOWN_PROCEDURE: { httpStatus: 404, code: 'NOT_FOUND', message: 'There is no such procedure' },
  METHOD_NOT_SUPPORTED: { httpStatus: 405, code: 'METHOD_NOT_SUPPORTED', message: 'The HTTP method does not fit' },
  EMAIL_TAKEN: { httpStatus: 409, code: 'CONFLICT', message: 'An account with this email exists already' },
  TAG_NAME_TAKEN: { httpStatus: 409, code: 'CONFLICT', message: 'A tag with this name exists already' },
  VERSION_CONFLICT: { httpStatus: 409, code: 'CONFLICT', message: 'It was changed by someone else in the meantime' },
  QUOTA_REACHED: { httpStatus: 409, code: 'CONFLICT', message: 'The account is full: remove some to make room' },
  PAYLOAD_TOO_LARGE: {
    httpStatus: 413,
    code: 'PAYLOAD_TOO_LARGE',
    message:
      'The request or its answer is too large: send less, ask for smaller pages, or make fewer calls in one batch',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    httpStatus: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The media type of the request body is not taken here',
  },
  RATE_LIMITED: { httpStatus: 429, code: 'TOO_MANY_REQUESTS', message: 'Too many requests: try again later' },
  OVERLOADED: { httpStatus: 503, code: 'SERVICE_UNAVAILABLE', message: 'The server is busy: try again shortly' },
  UNAVAILABLE: {
    httpStatus: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The service is unavailable: try again shortly',
  },
  TIMEOUT: { httpStatus: 504, code: 'GATEWAY_TIMEOUT', message: 'The request took too long' },
  INTERNAL: { httpStatus: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on the server' },
} as const satisfies Record<string, ErrorDefinition>

/** Why a call failed; see the error table for the HTTP status of each. A client can `switch` over it. */
export type ErrorReason = keyof typeof errorTable

/** Every reason for which a call can fail. */
export const errorReasons = Object.keys(errorTable) as ErrorReason[]

/** When to try again. */
export interface RetryDetails {
  /** Seconds to wait, a whole number. */
  retryAfter: number
}

/** The reasons that carry more than their name, and what they carry. */
export interface ErrorDetailsByReason {
  /** One issue for each field at fault. */
  VALIDATION_FAILED: { issues: ValidationIssue[] }
  /** The row as it is now, to merge with or to start over from. */
  VERSION_CONFLICT: { current: Task | Tag }
  /** How many tasks, tags or API tokens a user may have: what was to be created or restored is one too many. */
  QUOTA_REACHED: { limit: number }
  RATE_LIMITED: RetryDetails
  OVERLOADED: RetryDetails
  UNAVAILABLE: RetryDetails
}

/** What an error of this reason carries; `undefined` for most. */
export type ErrorDetails<Reason extends ErrorReason> = Reason extends keyof ErrorDetailsByReason
  ? ErrorDetailsByReason[Reason]
  : undefined

/** Lets a client read `data.issues?.[0]` before it has looked at the reason. */
interface AbsentDetails {
  issues?: undefined
  retryAfter?: undefined
  current?: undefined
  limit?: undefined
}

type ErrorDataOf<Reason extends ErrorReason> = {
  /** The tRPC code. */
  code: (typeof errorTable)[Reason]['code']
  /** The status of this call; in a batch the answer's own status can differ. */
  httpStatus: (typeof errorTable)[Reason]['httpStatus']
  /** Why the call failed. */
  reason: Reason
  /** Names the request in the server's log: quote it when reporting a problem. */
  requestId: string
} & Omit<AbsentDetails, keyof ErrorDetails<Reason>> &
  (ErrorDetails<Reason> extends undefined ? unknown : ErrorDetails<Reason>)

type Flatten<Shape> = { [Key in keyof Shape]: Shape[Key] }

/** `error.data` as a client sees it: a union that `switch (data.reason)` narrows to the details of each reason. */
export type ErrorData = { [Reason in ErrorReason]: Flatten<ErrorDataOf<Reason>> }[ErrorReason]
