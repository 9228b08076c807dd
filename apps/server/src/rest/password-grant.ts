import { type AuthResult, validationIssue } from '@taskwire/contract'
import { DomainError } from '@taskwire/domain'
import type { RequestHandler } from 'express'
import { isCrossSite } from '../cross-site.ts'
import type { CallingOptions } from '../request-info.ts'
import { callProcedure, problemOf } from './call-procedure.ts'
import { type Problem, refuse, sendProblem } from './problem.ts'

const FORM_TYPE = /^application\/x-www-form-urlencoded *(;|$)/i

/** The sign-in that it is another form of. */
const LOGIN = { procedure: 'auth.login', type: 'mutation', mostBytes: 0 } as const

/** The names that the form has for the fields of `auth.login`. */
const FORM_NAMES: Record<string, string> = { email: 'username' }

/**
 * The password grant of OAuth 2 (RFC 6749 §4.3), as FastAPI's clients send it: `auth.login` by a form. A form can be sent
 * by the page of any site, which a request in JSON cannot, so those are refused.
 */
export function passwordGrant(options: CallingOptions): RequestHandler {
  return async (request, response) => {
    if (!FORM_TYPE.test(request.get('content-type') ?? '')) {
      return refuse(response, 'UNSUPPORTED_MEDIA_TYPE', 'The request body must be application/x-www-form-urlencoded')
    }
    try {
      const readInput = () => {
        if (isCrossSite(request, options.isTrusted)) throw new DomainError('CROSS_SITE')
        return readForm(request.body)
      }
      const { answer } = await callProcedure({ route: LOGIN, request, response, readInput }, options)
      response.type('json').end(JSON.stringify(tokenAnswer(answer as AuthResult)))
    } catch (error) {
      sendProblem(response, inFormNames(problemOf(request, error)))
    }
  }
}

function readForm(body: string): { email: unknown; password: unknown } {
  const form = new URLSearchParams(body)
  const field = (name: string) => (form.getAll(name).length > 1 ? form.getAll(name) : (form.get(name) ?? undefined))
  if ((field('grant_type') ?? 'password') !== 'password') {
    const issue = validationIssue('grant_type', 'NOT_ONE_OF', { label: 'Grant type', choices: ['password'] })
    throw new DomainError('VALIDATION_FAILED', { issues: [issue] })
  }
  return { email: field('username'), password: field('password') }
}

function tokenAnswer({ accessToken, accessTokenExpiresAt, refreshToken }: AuthResult) {
  const expiresIn = Math.max(0, Math.floor((accessTokenExpiresAt.getTime() - Date.now()) / 1_000))
  const tokens = { access_token: accessToken, token_type: 'bearer', expires_in: expiresIn }
  return refreshToken === undefined ? tokens : { ...tokens, refresh_token: refreshToken }
}

function inFormNames(problem: Problem): Problem {
  const { issues } = problem
  if (issues === undefined) return problem
  return { ...problem, issues: issues.map((issue) => ({ ...issue, path: FORM_NAMES[issue.path] ?? issue.path })) }
}
