import { type ErrorReason, errorTable } from '@taskwire/contract'
import type { ServedRoute } from '../rest/rest-routes.ts'

/** What decides why a call can fail, whatever its procedure does. */
export interface CallKind extends Pick<ServedRoute, 'access' | 'method' | 'mostBytes'> {
  /** The fields of the input, wherever they are sent. */
  fields: readonly string[]
}

interface GeneralReason {
  reason: ErrorReason
  /** Where it is another than that of the reason. */
  status?: number
  applies(call: CallKind): boolean
}

const always = () => true
const withToken = ({ access }: CallKind) => access === 'user' || access === 'person'
const withBody = ({ method }: CallKind) => method !== 'GET'
const withVersion = ({ fields }: CallKind) => fields.includes('version')
const withPassword = ({ fields }: CallKind) => fields.includes('password') || fields.includes('currentPassword')

/** Why calls fail by what they have in common. What else a procedure fails for stands beside it, as `fails`. */
const generalReasons: readonly GeneralReason[] = [
  // Escapes in the URL that are no UTF-8; a body that is no JSON.
  { reason: 'MALFORMED_REQUEST', applies: always },
  // Also where nothing is taken: a field in the query is then one too many.
  { reason: 'VALIDATION_FAILED', applies: always },
  { reason: 'TOKEN_MISSING', applies: withToken },
  { reason: 'TOKEN_EXPIRED', applies: withToken },
  { reason: 'TOKEN_INVALID', applies: withToken },
  { reason: 'SESSION_REVOKED', applies: withToken },
  { reason: 'ACCOUNT_INACTIVE', applies: withToken },
  { reason: 'FORBIDDEN', applies: ({ access }) => access === 'person' },
  { reason: 'CROSS_SITE', applies: ({ access }) => access === 'cookie' },
  // The first call with another issuer's token makes the account, unless somebody else has its address.
  { reason: 'EMAIL_TAKEN', applies: withToken },
  { reason: 'VERSION_CONFLICT', status: 412, applies: withVersion },
  // The URL, the body, or the answer.
  { reason: 'PAYLOAD_TOO_LARGE', applies: always },
  { reason: 'UNSUPPORTED_MEDIA_TYPE', applies: withBody },
  // Of the user, of the address, or of those who try passwords.
  { reason: 'RATE_LIMITED', applies: always },
  { reason: 'INTERNAL', applies: always },
  // No thread for a password, or no room in memory for a long answer.
  { reason: 'OVERLOADED', applies: (call) => withPassword(call) || call.mostBytes > 0 },
  { reason: 'UNAVAILABLE', applies: always },
  { reason: 'TIMEOUT', applies: always },
]

/** All reasons for which a call can fail, by status in rising order. */
export function reasonsByStatus(call: CallKind, fails: readonly ErrorReason[] = []): Map<number, ErrorReason[]> {
  const general = generalReasons.filter(({ applies }) => applies(call))
  const failures = [...general, ...fails.map((reason) => ({ reason, status: undefined }))].map(
    ({ reason, status }) => ({
      reason,
      status: status ?? errorTable[reason].httpStatus,
    }),
  )
  const statuses = [...new Set(failures.map(({ status }) => status))].sort((a, b) => a - b)
  return new Map(
    statuses.map((status) => [
      status,
      [...new Set(failures.filter((failure) => failure.status === status).map(({ reason }) => reason))],
    ]),
  )
}
