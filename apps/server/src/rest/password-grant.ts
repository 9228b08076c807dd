import { type AuthResult, type ErrorReason, validationIssue } from '@taskwire/contract'
import type { Request, RequestHandler } from 'express'
import { isCrossSite } from '../cross-site.ts'
import { detailOf, type Problem, problemOf, refuse, sendProblem } from '../problem.ts'
import type { CallingOptions } from '../request-info.ts'
import { callProcedure } from './call-procedure.ts'
import { invalidInput } from './invalid-input.ts'

const FORM_TYPE = /^application\/x-www-form-urlencoded *(;|$)/i

/** The sign-in that it is another form of. */
const LOGIN = { procedure: 'auth.login', type: 'mutation', mostBytes: 0 } as const

const GRANT_TYPE = 'grant_type'

/** The names that the form has for the fields of `auth.login`. */
const FORM_NAMES = new Map([['email', 'username']])

/**
 * The password grant of OAuth 2 (RFC 6749 §4.3), as FastAPI's clients send it: `auth.login` by a form. A form can be sent
 * by the page of any site, which a request in JSON cannot, so those are refused.
 */
export function passwordGrant(options: CallingOptions): RequestHandler {
  return async (request, response) => {
    if (!FORM_TYPE.test(request.get('content-type') ?? '')) {
      return refuse(response, 'UNSUPPORTED_MEDIA_TYPE', 'The request body must be application/x-www-form-urlencoded')
    }
    // Before anything is charged: see `serveRoute`.
    if (isCrossSite(request, options.isTrusted)) return refuse(response, 'CROSS_SITE')
    try {
      const readInput = () => readForm(request)
      const { answer } = await callProcedure({ route: LOGIN, request, response, readInput }, options)
      response.type('json').end(JSON.stringify(tokenAnswer(answer as AuthResult)))
    } catch (error) {
      sendProblem(
        response,
        inWordsOfOauth(problemOf(request, error, { outages: options.outages, procedure: LOGIN.procedure })),
      )
    }
  }
}

function readForm({ body, url }: Request): { email: unknown; password: unknown } {
  const [unread] = new URL(url, 'http://localhost').searchParams.keys()
  // A password that stands there is in the logs of whatever lies between.
  if (unread !== undefined) throw invalidInput(validationIssue(unread, 'UNKNOWN_FIELD', {}))
  const form = new URLSearchParams(body)
  const field = (name: string) => (form.getAll(name).length > 1 ? form.getAll(name) : (form.get(name) ?? undefined))
  if ((field(GRANT_TYPE) ?? 'password') !== 'password') {
    throw invalidInput(validationIssue(GRANT_TYPE, 'NOT_ONE_OF', { label: 'Grant type', choices: ['password'] }))
  }
  return { email: field('username'), password: field('password') }
}

function tokenAnswer({ accessToken, accessTokenExpiresAt, refreshToken }: AuthResult) {
  const expiresIn = Math.max(0, Math.floor((accessTokenExpiresAt.getTime() - Date.now()) / 1_000))
  const tokens = { access_token: accessToken, token_type: 'bearer', expires_in: expiresIn }
  return refreshToken === undefined ? tokens : { ...tokens, refresh_token: refreshToken }
}

/** What a client of OAuth 2 has done wrong, in its words (RFC 6749 §5.2). */
const OAUTH_ERRORS: Partial<Record<ErrorReason, string>> = {
  VALIDATION_FAILED: 'invalid_request',
  INVALID_CREDENTIALS: 'invalid_grant',
}

function inWordsOfOauth(problem: Problem): Problem & { error?: string; error_description?: string } {
  const issues = problem.issues?.map((issue) => ({ ...issue, path: FORM_NAMES.get(issue.path) ?? issue.path }))
  const detail = issues === undefined ? problem.detail : detailOf(issues)
  const error = issues?.some(({ path }) => path === GRANT_TYPE)
    ? 'unsupported_grant_type'
    : OAUTH_ERRORS[problem.reason]
  return {
    ...problem,
    detail,
    ...(issues !== undefined && { issues }),
    ...(error !== undefined && { error, error_description: detail }),
  }
}
