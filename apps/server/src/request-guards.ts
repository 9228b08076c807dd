import { errorTable } from '@taskwire/contract'
import { type PlainReason, toErrorEnvelope } from '@taskwire/router'
import type { RequestHandler, Response } from 'express'

/** Bytes. */
const MAX_URL_LENGTH = 8_192

const JSON_TYPE = /^application\/json *(;|$)/i
const READING_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

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

export const refuseLongUrls: RequestHandler = (request, response, next) => {
  if (request.originalUrl.length <= MAX_URL_LENGTH) next()
  else refuse(response, 'PAYLOAD_TOO_LARGE')
}

function refuse(response: Response, reason: PlainReason): void {
  response.status(errorTable[reason].httpStatus).json(toErrorEnvelope(reason, String(response.req.id)))
}
