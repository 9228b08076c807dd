import { type ErrorReason, errorTable, type Tag, type Task, type ValidationIssue } from '@taskwire/contract'
import { type ErrorShape, type PlainReason, refusalShape } from '@taskwire/router'
import type { Response } from 'express'

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

/** @param status where it is another than the one of the reason */
export function toProblem({ message, data }: ErrorShape, status: number = data.httpStatus): Problem {
  const { code: _code, httpStatus: _httpStatus, reason, requestId, ...details } = data
  const { message: title } = errorTable[reason]
  const issues = details.issues?.map(inJson)
  const detail = issues === undefined ? message : issues.map(describe).join('. ')
  const problem = { type: `urn:taskwire:problem:${reason}`, title, status, detail, reason, requestId, ...details }
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

/** A fault of a field says which; one of the whole input has no name to say. */
function describe({ path, message }: { path: string; message: string }): string {
  return path === '' ? message : `${path}: ${message}`
}

/** Answers with a failure and with what HTTP has headers for. */
export function sendProblem(response: Response, problem: Problem): void {
  const { status, reason, title, retryAfter } = problem
  if (status === 401) {
    const about = ABOUT_THE_TOKEN.has(reason) ? `, error="invalid_token", error_description="${title}"` : ''
    response.set('www-authenticate', `Bearer realm="taskwire"${about}`)
  }
  if (retryAfter !== undefined) response.set('retry-after', String(retryAfter))
  response.status(status).type('application/problem+json').end(JSON.stringify(problem))
}

/** Answers a request that no procedure is asked about. */
export function refuse(response: Response, reason: PlainReason, detail?: string): void {
  const problem = toProblem(refusalShape(reason, String(response.req.id)))
  sendProblem(response, detail === undefined ? problem : { ...problem, detail })
}
