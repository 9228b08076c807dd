import { type ErrorReason, errorTable } from '@taskwire/contract'
import type { ServedRoute } from '../rest/rest-routes.ts'

/** What decides why a call can fail, whatever its procedure does. */
export interface CallKind extends Pick<ServedRoute, 'access' | 'method' | 'mostBytes'> {
  /** The fields of the input, wherever they are sent. */
  fields: readonly string[]
}

/** Why a call can fail. */
export interface Failure {
  reason: ErrorReason
  /** Where it is another than that of the reason. */
  status?: number
  /** When, where the reason alone does not tell; a sentence in Markdown. */
  when?: string
}

interface GeneralFailure extends Failure {
  applies(call: CallKind): boolean
}

const always = () => true
const withToken = ({ access }: CallKind) => access === 'user' || access === 'person'
const withBody = ({ method }: CallKind) => method !== 'GET'
const withVersion = ({ fields }: CallKind) => fields.includes('version')
const withPassword = ({ fields }: CallKind) => fields.includes('password') || fields.includes('currentPassword')

/** Why calls fail by what they have in common. What else a procedure fails for stands beside it, as `fails`. */
const generalFailures: readonly GeneralFailure[] = [
  {
    reason: 'MALFORMED_REQUEST',
    when: 'Escapes in the URL, or the body, are no UTF-8, or the body is no JSON.',
    applies: always,
  },
  {
    reason: 'VALIDATION_FAILED',
    when: 'A field is missing or not valid, or is none that is taken here.',
    applies: always,
  },
  { reason: 'TOKEN_MISSING', applies: withToken },
  { reason: 'TOKEN_EXPIRED', applies: withToken },
  { reason: 'TOKEN_INVALID', applies: withToken },
  { reason: 'SESSION_REVOKED', applies: withToken },
  { reason: 'ACCOUNT_INACTIVE', applies: withToken },
  {
    reason: 'FORBIDDEN',
    when: 'The token is an API token, or is of another issuer.',
    applies: ({ access }) => access === 'person',
  },
  {
    reason: 'CROSS_SITE',
    when: 'The page of another site has sent the cookie.',
    applies: ({ access }) => access === 'cookie',
  },
  {
    reason: 'EMAIL_TAKEN',
    when: 'The token is of another issuer, of somebody who is new here, and the email address in it has an account already.',
    applies: withToken,
  },
  {
    reason: 'VERSION_CONFLICT',
    status: 412,
    when: '`If-Match` names another version than the one that is there.',
    applies: withVersion,
  },
  {
    reason: 'PAYLOAD_TOO_LARGE',
    when: 'The URL or the body is too long, or the answer would be.',
    applies: always,
  },
  {
    reason: 'UNSUPPORTED_MEDIA_TYPE',
    when: 'The body is of another type, or is packed (`Content-Encoding`).',
    applies: withBody,
  },
  { reason: 'RATE_LIMITED', applies: always },
  { reason: 'INTERNAL', applies: always },
  {
    reason: 'OVERLOADED',
    when: 'Too many passwords are being checked, or too many long answers are under way.',
    applies: (call) => withPassword(call) || call.mostBytes > 0,
  },
  { reason: 'UNAVAILABLE', when: 'The database is away, or the server is about to stop.', applies: always },
  { reason: 'TIMEOUT', applies: always },
]

/** Why a call can fail, by status in rising order. */
export function failuresByStatus(call: CallKind, fails: readonly ErrorReason[] = []): Map<number, Failure[]> {
  const failures = new Map<number, Failure[]>()
  const stated = fails.map((reason): Failure => ({ reason }))
  for (const failure of [...generalFailures.filter(({ applies }) => applies(call)), ...stated]) {
    const status = failure.status ?? errorTable[failure.reason].httpStatus
    const known = failures.get(status) ?? []
    if (!known.some(({ reason }) => reason === failure.reason)) failures.set(status, [...known, failure])
  }
  return new Map([...failures].sort(([a], [b]) => a - b))
}
