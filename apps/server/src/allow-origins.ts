import cors from 'cors'
import type { RequestHandler } from 'express'

/** Seconds for which a browser remembers the answer to a preflight; Chromium goes no higher. */
const PREFLIGHT_MAX_AGE = 7_200

/** Lets pages of these origins call with credentials; others get no CORS header at all. */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const listed = new Set<string | undefined>(origins)
  const allow = cors({
    origin: (origin, callback) => callback(null, listed.has(origin)),
    credentials: true,
    maxAge: PREFLIGHT_MAX_AGE,
    exposedHeaders: ['x-request-id', 'retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
  })
  return (request, response, next) => {
    // Also where nothing is allowed: a cache must not hand that answer to a page of a listed origin.
    response.vary('Origin')
    allow(request, response, next)
  }
}
