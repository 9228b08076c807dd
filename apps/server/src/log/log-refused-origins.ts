import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { OriginTest } from '../allow-origins.ts'
import { isCrossSite } from '../cross-site.ts'

/** Origins that are named before the log falls silent: anybody can send any number of them. */
const MAX_NAMED = 100
const MAX_LENGTH = 300

/** Says once of each origin whose pages are refused how to let them in: all that a page is told of it is a failed request. */
export function logRefusedOrigins(logger: Logger, isTrusted: OriginTest): RequestHandler {
  const named = new Set<string>()

  function name(origin: string): void {
    if (named.has(origin) || named.size === MAX_NAMED) return
    named.add(origin)
    logger.warn({ origin }, `Pages of ${origin} may not call: if they are yours, add it to CORS_ORIGINS`)
    if (named.size === MAX_NAMED) logger.warn('Of further origins that are refused none is named before the next start')
  }

  return (request, _response, next) => {
    const origin = request.get('origin')
    if (origin !== undefined && isWellFormed(origin) && isCrossSite(request, isTrusted)) name(origin)
    next()
  }
}

/** Whether it is what CORS_ORIGINS can list. Nothing else that a request may hold comes into the log. */
function isWellFormed(origin: string): boolean {
  if (origin.length > MAX_LENGTH || !/^https?:/.test(origin)) return false
  return URL.canParse(origin) && new URL(origin).origin === origin
}
