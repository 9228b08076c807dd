import { errorTable } from '@taskwire/contract'
import { toErrorEnvelope } from '@taskwire/router'
import type { Request, RequestHandler } from 'express'
import { noteFailure } from './log/request-notes.ts'
import { MAX_AUTH_BODY_SIZE, MAX_BODY_SIZE } from './read-body.ts'
import { isJson, READING_METHODS, type Refuse } from './request-guards.ts'

/** What tRPC reads from a URL for sockets, which are not spoken here; it answers a bad one outside its own error handling. */
const CONNECTION_PARAMS = 'connectionParams'

const METHODS = new Set([...READING_METHODS, 'POST'])

/** Answers as tRPC would. */
export const refuseInTrpc: Refuse = (response, reason) => {
  noteFailure(response.req, { reason, cause: undefined })
  response.status(errorTable[reason].httpStatus).json(toErrorEnvelope(reason, String(response.req.id)))
}

/** Refuses what no procedure answers to, TRACE among it, on which tRPC fails. */
export const refuseOtherMethods: RequestHandler = (request, response, next) => {
  if (METHODS.has(request.method)) return next()
  response.set('allow', [...METHODS].join(', '))
  refuseInTrpc(response, 'METHOD_NOT_SUPPORTED')
}

/** Refuses, before tRPC looks at a request, what a form of another site could send without asking first. */
export const refuseForms: RequestHandler = (request, response, next) => {
  if (READING_METHODS.has(request.method) || isJson(request)) next()
  else refuseInTrpc(response, 'UNSUPPORTED_MEDIA_TYPE')
}

/** Refuses what tRPC would read as the opening of a socket, after `refuseBadUrls`. */
export const refuseConnectionParams: RequestHandler = (request, response, next) => {
  const { searchParams } = new URL(request.url, 'http://localhost')
  if (searchParams.has(CONNECTION_PARAMS)) refuseInTrpc(response, 'MALFORMED_REQUEST')
  else next()
}

/** Bytes that the body of a request may have. */
export function maxBodySize({ path }: Request): number {
  return decodeURIComponent(path).includes('auth.') ? MAX_AUTH_BODY_SIZE : MAX_BODY_SIZE
}
