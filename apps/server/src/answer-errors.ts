import { type ErrorReason, errorTable } from '@taskwire/contract'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'

export const answerUnknownRoute: RequestHandler = (request, response) => {
  answer(response, { reason: 'NOT_FOUND', requestId: String(request.id) })
}

/** Express's own refusals (a path that cannot be decoded), and faults of ours: a reason and the id, and nothing else. */
export const answerErrors: ErrorRequestHandler = (error, request, response, next) => {
  if (response.headersSent) return next(error)
  const status: unknown = (error as { status?: unknown }).status
  const reason = typeof status === 'number' && status >= 400 && status < 500 ? 'MALFORMED_REQUEST' : 'INTERNAL'
  if (reason === 'INTERNAL') request.log.error({ err: error }, 'A request failed')
  answer(response, { reason, requestId: String(request.id) })
}

function answer(response: Response, { reason, requestId }: { reason: ErrorReason; requestId: string }): void {
  const { code, httpStatus, message } = errorTable[reason]
  response.status(httpStatus).json({ message, code, httpStatus, reason, requestId })
}
