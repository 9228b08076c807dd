import type { ErrorReason } from '@taskwire/contract'

/** Where a procedure is served over REST, below `/api`, and what is said of it there. */
export interface RestRoute {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** A further method that does the same. */
  alsoMethod?: 'PUT'
  /** With parameters in braces, which are fields of the input: `/tasks/{id}`. */
  path: `/${string}`
  /** Of a success, 200 unless stated. With 204 the answer is not sent. */
  status?: 201 | 204
  /** What it does: the first sentence of the procedure's comment. */
  summary: string
  /** Why it can fail beyond what every call of its access can: the reasons that the procedure's comment names. */
  fails?: readonly ErrorReason[]
  /** Where the fields come from that are not in the path. In the query of GET and DELETE unless stated, else in the body. */
  input?: 'query' | 'body'
  /** Fields of the input that are not taken there: a header says the same, or nobody needs it. */
  without?: readonly string[]
  /** Where to find what was made, filled from the answer: `/tasks/{id}`. */
  location?: `/${string}`
}

/**
 * Who may call: `anyone`; whoever brings the refresh `cookie`; a `user` with any token; a `person` who has signed in here,
 * so that an API token and another issuer's token are `FORBIDDEN`.
 */
export type Access = 'anyone' | 'cookie' | 'user' | 'person'
