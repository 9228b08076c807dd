import cors from 'cors'
import type { RequestHandler } from 'express'

/** Seconds for which a browser remembers the answer to a preflight; Chromium goes no higher. */
const PREFLIGHT_MAX_AGE = 7_200

/** The pages of a developer's own machine, whatever port a frontend's dev server has taken. */
const LOCAL = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/

/** Headers of answers that pages of other origins may read, beside those that browsers show anyway. */
export const exposedHeaders: readonly string[] = [
  ...['x-request-id', 'retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
  ...['etag', 'location', 'link', 'allow', 'www-authenticate'],
]

/** Tells of an origin, as a browser sends it, whether something holds. */
export type OriginTest = (origin: string) => boolean

/** Whose pages may call with credentials: those of the listed origins, in development also those of the machine itself. */
export function callingOrigins({ listed, local }: { listed: readonly string[]; local: boolean }): OriginTest {
  const origins = new Set(listed)
  return (origin) => origins.has(origin) || (local && LOCAL.test(origin))
}

/** Lets pages of these origins call with credentials; others get no CORS header at all. */
export function allowOrigins(mayCall: OriginTest): RequestHandler {
  const allow = cors({
    origin: (origin, callback) => callback(null, origin !== undefined && mayCall(origin)),
    credentials: true,
    maxAge: PREFLIGHT_MAX_AGE,
    exposedHeaders: [...exposedHeaders],
  })
  return (request, response, next) => {
    // Also where nothing is allowed: a cache must not hand that answer to a page of a listed origin.
    response.vary('Origin')
    allow(request, response, next)
  }
}
