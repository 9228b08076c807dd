import type { HeaderObject, HeadersObject } from 'openapi3-ts/oas31'

/** The headers of answers, by the names under which they are components. */
export const headers = {
  RequestId: {
    description: 'Names the request in the log of the server: quote it when you report a problem.',
    required: true,
    schema: { type: 'string' },
    example: '0f8c1c5e-52a5-4f6f-9d0b-6a4f8c0f2f11',
  },
  RateLimitLimit: {
    description: 'Calls that the limit allows in its window; of several limits the one that is nearest to its end.',
    schema: { type: 'integer', minimum: 0 },
    example: 600,
  },
  RateLimitRemaining: {
    description: 'Calls that are left of it.',
    schema: { type: 'integer', minimum: 0 },
    example: 597,
  },
  RateLimitReset: {
    description: 'Seconds until the window ends.',
    schema: { type: 'integer', minimum: 0 },
    example: 42,
  },
  ETag: {
    description:
      'Names what the answer looks like. Of one task or tag it begins with its version: `"7"`, or `"7.Zm9v"` of a task with tags. Send it as `If-None-Match` to read, as `If-Match` to change.',
    required: true,
    schema: { type: 'string' },
    example: '"7"',
  },
  Location: {
    description: 'Names what was made. Of tags and tokens there is no `GET`: it is where to change or to delete them.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
    example: '/api/tasks/01981f0e-6c1a-7cc3-9d5c-2f1c4a2f7a10',
  },
  Link: {
    description:
      'Other pages (RFC 8288), with the same filters: of tasks `first`, `next` and, with `offset`, `prev`; of changes `next` while there are more.',
    schema: { type: 'string' },
    example: '</api/tasks?limit=5&offset=5>; rel="next", </api/tasks?limit=5&offset=0>; rel="first"',
  },
  SetCookie: {
    description: "The session's cookie, which scripts cannot read; where the session ends, the order to forget it.",
    schema: { type: 'string' },
    example: '__Host-taskwire=eyJ…; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Strict',
  },
  RetryAfter: {
    description: 'Seconds to wait before the call may succeed: `retryAfter` of the problem.',
    required: true,
    schema: { type: 'integer', minimum: 1 },
    example: 30,
  },
  WwwAuthenticate: {
    description: 'How to sign in (RFC 6750).',
    required: true,
    schema: { type: 'string' },
    example: 'Bearer realm="taskwire"',
  },
} satisfies Record<string, HeaderObject>

/** What they are called over HTTP. */
const fieldNames: Record<keyof typeof headers, string> = {
  RequestId: 'x-request-id',
  RateLimitLimit: 'RateLimit-Limit',
  RateLimitRemaining: 'RateLimit-Remaining',
  RateLimitReset: 'RateLimit-Reset',
  ETag: 'ETag',
  Location: 'Location',
  Link: 'Link',
  SetCookie: 'Set-Cookie',
  RetryAfter: 'Retry-After',
  WwwAuthenticate: 'WWW-Authenticate',
}

export type HeaderName = keyof typeof headers

const general: readonly HeaderName[] = ['RequestId', 'RateLimitLimit', 'RateLimitRemaining', 'RateLimitReset']

/** These headers of an answer, and those that every answer can have. */
export function answerHeaders(...names: HeaderName[]): HeadersObject {
  return Object.fromEntries(
    [...names, ...general].map((name) => [fieldNames[name], { $ref: `#/components/headers/${name}` }]),
  )
}
