import type { Request } from 'express'
import type { FailedCall, OutageLog } from './outage-log.ts'
import { noteFailure, statusOf } from './request-notes.ts'

/** Notes that a call of a request has failed: in the request's own line, and where it is our fault for those who look after us. */
export function callFailed(request: Request, failure: Omit<FailedCall, 'requestId'>, outages: OutageLog): void {
  noteFailure(request, failure)
  if (statusOf(failure.reason) >= 500) outages.callFailed({ ...failure, requestId: String(request.id) })
}
