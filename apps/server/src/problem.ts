import { type ErrorReason, errorTable, type Tag, type Task, type ValidationIssue } from '@taskwire/contract'
import { type ErrorShape, type PlainReason, reasonOf, refusalShape, toErrorShape } from '@taskwire/router'
import { getTRPCErrorFromUnknown } from '@trpc/server'
import type { Request, Response } from 'express'
import { callFailed } from './log/call-failed.ts'
import type { OutageLog } from './log/outage-log.ts'
import { noteFailure } from './log/request-notes.ts'

/** A failure as RFC 9457 has it. */
export interface Problem {
  /** Names the reason as a URI. */
  type: string
  /** What the reason means. */
  title: string
  status: number
  /** What is wrong in this case; the title, where no more is known. */
  detail: string
  reason: ErrorReason
  requestId: string
  issues?: ValidationIssue[] | undefined
  retryAfter?: number | undefined
  current?: Task | Tag | undefined
  limit?: number | undefined
}

/** Reasons of 401 that are about the token that was sent (RFC 6750 §3.1). */
const ABOUT_THE_TOKEN = new Set<ErrorReason>(['TOKEN_EXPIRED', 'TOKEN_INVALID', 'SESSION_REVOKED', 'ACCOUNT_INACTIVE'])

/** The media type of a problem. */
export const PROBLEM_TYPE = 'application/problem+json'

/** The reason as the URI that RFC 9457 asks for; nothing is to be found there. */
export function problemUri(reason: ErrorReason): string {
  return `urn:taskwire:problem:${reason}`
}

/** What a call that has failed is answered; it is noted for the log. */
export function problemOf(request: Request, error: unknown, { outages, procedure }: FailureNotes): Problem {
  const failure = getTRPCErrorFromUnknown(error)
  callFailed(request, { reason: reasonOf(failure), cause: failure.cause ?? failure, procedure }, outages)
  return toProblem(toErrorShape(failure, String(request.id)))
}

interface FailureNotes {
  outages: OutageLog
  /** Undefined where none was reached. */
  procedure?: string
}

function toProblem({ message, data }: ErrorShape): Problem {
  const { code: _code, httpStatus: status, reason, requestId, ...details } = data
  const { message: title } = errorTable[reason]
  const issues = details.issues?.map(inJson)
  const detail = issues === undefined ? message : detailOf(issues)
  const problem = { type: problemUri(reason), title, status, detail, reason, requestId, ...details }
  return issues === undefined ? problem : { ...problem, issues }
}

/** JSON has no dates, so that whoever sends one has to know how it is written. */
function inJson(issue: ValidationIssue): ValidationIssue {
  if (issue.code !== 'NOT_A_DATE') return issue
  return {
    ...issue,
    message: `${issue.params.label} must be a date and time with an offset, such as 2026-12-01T09:00:00Z`,
  }
}

/** All issues in a line. A fault of a field says which; one of the whole input has no name to say. */
export function detailOf(issues: readonly ValidationIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('. ')
}

/** Answers with a failure and with what HTTP has headers for. */
export function sendProblem(response: Response, problem: Problem): void {
  const { status, reason, title, retryAfter } = problem
  if (status === 401) {
    const about = ABOUT_THE_TOKEN.has(reason) ? `, error="invalid_token", error_description="${title}"` : ''
    response.set('www-authenticate', `Bearer realm="taskwire"${about}`)
  }
  if (retryAfter !== undefined) response.set('retry-after', String(retryAfter))
  response.status(status).type(PROBLEM_TYPE).end(JSON.stringify(problem))
}

/** Answers a request that no procedure is asked about. */
export function refuse(response: Response, reason: PlainReason, detail?: string): void {
  noteFailure(response.req, { reason, cause: undefined })
  const problem = toProblem(refusalShape(reason, String(response.req.id)))
  sendProblem(response, detail === undefined ? problem : { ...problem, detail })
}
