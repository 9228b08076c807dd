import { errorTable } from '@taskwire/contract'
import { type PlainReason, toErrorEnvelope } from '@taskwire/router'
import type { Request, RequestHandler, Response } from 'express'

/** Bytes. */
const MAX_URL_LENGTH = 8_192

const JSON_TYPE = /^application\/json *(;|$)/i
const READING_METHODS = new Set(['GET', 'HEAD'])
const METHODS = new Set([...READING_METHODS, 'POST'])

/** Refuses what no procedure answers to, TRACE among it, on which tRPC fails. */
export const refuseOtherMethods: RequestHandler = (request, response, next) => {
  if (METHODS.has(request.method)) return next()
  response.set('allow', [...METHODS].join(', '))
  refuse(response, 'METHOD_NOT_SUPPORTED')
}

/** Refuses, before tRPC looks at a request, what a form of another site could send without asking first. */
export const refuseForms: RequestHandler = (request, response, next) => {
  if (READING_METHODS.has(request.method) || JSON_TYPE.test(request.get('content-type') ?? '')) next()
  else refuse(response, 'UNSUPPORTED_MEDIA_TYPE')
}

/** Answers are somebody's own: no cache on the way keeps them. */
export const neverStored: RequestHandler = (_request, response, next) => {
  response.set('cache-control', 'no-store')
  next()
}

/** What tRPC reads from a URL for sockets, which are not spoken here; it answers a bad one outside its own error handling. */
const CONNECTION_PARAMS = 'connectionParams'

/** Refuses URLs that are too long, those that are none (by path, query or host), and those with what nobody here reads. */
export const refuseBadUrls: RequestHandler = (request, response, next) => {
  if (request.originalUrl.length > MAX_URL_LENGTH) refuse(response, 'PAYLOAD_TOO_LARGE')
  else if (!isReadable(request)) refuse(response, 'MALFORMED_REQUEST')
  else next()
}

function isReadable(request: Request): boolean {
  try {
    decodeURIComponent(request.path)
    // Escapes that are no UTF-8 would be read as U+FFFD.
    for (const [escapes] of request.url.matchAll(/(?:%[0-9a-f]{2})+/gi)) decodeURIComponent(escapes)
    return !new URL(request.url, `http://${request.get('host') ?? 'localhost'}`).searchParams.has(CONNECTION_PARAMS)
  } catch {
    return false
  }
}

/** Answers as tRPC would. */
export function refuse(response: Response, reason: PlainReason): void {
  response.status(errorTable[reason].httpStatus).json(toErrorEnvelope(reason, String(response.req.id)))
}
