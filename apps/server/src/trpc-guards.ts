import { errorTable } from '@taskwire/contract'
import { toErrorEnvelope } from '@taskwire/router'
import type { Request, RequestHandler } from 'express'
import { MAX_AUTH_BODY_SIZE, MAX_BODY_SIZE } from './read-body.ts'
import type { Refuse } from './request-guards.ts'

const JSON_TYPE = /^application\/json *(;|$)/i
const READING_METHODS = new Set(['GET', 'HEAD'])
const METHODS = new Set([...READING_METHODS, 'POST'])

/** Answers as tRPC would. */
export const refuseInTrpc: Refuse = (response, reason) => {
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
  if (READING_METHODS.has(request.method) || JSON_TYPE.test(request.get('content-type') ?? '')) next()
  else refuseInTrpc(response, 'UNSUPPORTED_MEDIA_TYPE')
}

/** Bytes that the body of a request may have. */
export function maxBodySize({ path }: Request): number {
  return decodeURIComponent(path).includes('auth.') ? MAX_AUTH_BODY_SIZE : MAX_BODY_SIZE
}
