import { type ErrorReason, errorTable } from '@taskwire/contract'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'

export const answerUnknownRoute: RequestHandler = (_request, response) => {
  answerReason(response, 'NOT_FOUND')
}

/** Express's own refusals (a path that cannot be decoded), and faults of ours: a reason and the id, and nothing else. */
export const answerErrors: ErrorRequestHandler = (error, request, response, next) => {
  if (response.headersSent) return next(error)
  const status: unknown = (error as { status?: unknown }).status
  const reason = typeof status === 'number' && status >= 400 && status < 500 ? 'MALFORMED_REQUEST' : 'INTERNAL'
  if (reason === 'INTERNAL') request.log.error({ err: error }, 'A request failed')
  answerReason(response, reason)
}

/** Refuses what is no call of a procedure. */
export function answerReason(response: Response, reason: ErrorReason): void {
  const { code, httpStatus, message } = errorTable[reason]
  response.status(httpStatus).json({ message, code, httpStatus, reason, requestId: String(response.req.id) })
}
