import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { OutageLog } from './log/outage-log.ts'
import { problemOf, refuse, sendProblem } from './problem.ts'

export const answerUnknownRoute: RequestHandler = (_request, response) => refuse(response, 'NOT_FOUND')

/** Express's own refusals (a path that cannot be decoded), and failures: their reason and the id, and nothing else. */
export function answerErrors(outages: OutageLog): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error)
    const status: unknown = (error as { status?: unknown }).status
    if (typeof status === 'number' && status >= 400 && status < 500) return refuse(response, 'MALFORMED_REQUEST')
    sendProblem(response, problemOf(request, error, { outages }))
  }
}
