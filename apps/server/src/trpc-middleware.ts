import {
  appRouter,
  attachRequestId,
  createContext,
  type LimitState,
  type RequestInfo,
  reasonOf,
  retryAfterOf,
  type Services,
} from '@taskwire/router'
import { type CreateExpressContextOptions, createExpressMiddleware } from '@trpc/server/adapters/express'
import type { Handler, Response } from 'express'
import { canonicalAddress, limitedAddress } from './client-address.ts'
import { isCrossSite } from './cross-site.ts'
import { dropStalledReader } from './drop-stalled-reader.ts'
import type { SessionCookie } from './session-cookie.ts'

export interface TrpcOptions {
  services: Services
  cookie: SessionCookie
  /** Our own, and those whose pages may use the session's cookie. */
  trustedOrigins: ReadonlySet<string>
}

/** Calls in one batch at most. */
const MAX_BATCH_SIZE = 10
/** Bytes. */
const MAX_BODY_SIZE = 100_000
const MAX_AUTH_BODY_SIZE = 4_000

const BEARER = /^Bearer +(\S+) *$/i

/** Serves the router over tRPC's protocol, to URLs that `refuseBadUrls` lets pass: what is HTTP ends here. */
export function trpcMiddleware(options: TrpcOptions): Handler {
  const forAuth = createMiddleware(options, MAX_AUTH_BODY_SIZE)
  const forTheRest = createMiddleware(options, MAX_BODY_SIZE)
  return (request, response, next) => {
    const handle = decodeURIComponent(request.path).includes('auth.') ? forAuth : forTheRest
    return handle(request, response, next)
  }
}

function createMiddleware(options: TrpcOptions, maxBodySize: number): Handler {
  return createExpressMiddleware({
    router: appRouter,
    maxBatchSize: MAX_BATCH_SIZE,
    maxBodySize,
    createContext: ({ req, res, info }) => {
      if (info.type === 'subscription') dropStalledReader(res)
      return createContext(options.services, requestInfo({ ...options, req, res, info }))
    },
    responseMeta({ errors }) {
      // tRPC's own Vary replaces the one that is set already; of several, ours is added to it.
      const headers = new Headers({ vary: 'Origin' })
      const waits = errors.map(retryAfterOf).filter((seconds) => seconds !== undefined)
      if (waits.length > 0) headers.set('retry-after', String(Math.max(...waits)))
      return { headers }
    },
    onError({ error, req, path }) {
      attachRequestId(error, String(req.id))
      const reason = reasonOf(error)
      if (reason === 'INTERNAL') req.log.error({ err: error.cause ?? error, path }, 'A call failed')
      // What no procedure has charged for is charged for here.
      if (reason === 'UNKNOWN_PROCEDURE' || reason === 'METHOD_NOT_SUPPORTED') {
        options.services.limits.consume('anonymousCallsPerAddress', limitedAddress(req.ip)).catch(() => {})
      }
    },
  })
}

function requestInfo(options: TrpcOptions & CreateExpressContextOptions): RequestInfo {
  const { req, res, info, cookie, trustedOrigins } = options
  const ip = canonicalAddress(req.ip)
  return {
    requestId: String(req.id),
    device: { userAgent: req.get('user-agent') ?? null, ip },
    address: limitedAddress(req.ip),
    batchSize: info.calls.length,
    streamed: info.accept === 'application/jsonl',
    bearerToken: BEARER.exec(req.get('authorization') ?? '')?.[1] ?? null,
    refreshToken: cookie.read(req),
    crossSite: isCrossSite(req, trustedOrigins),
    setRefreshToken: (token) => cookie.write(res, token),
    reportLimit: (state) => writeLimitHeaders(res, state),
    // Whatever LOG_LEVEL says: who looks for a burglar does not look at the level.
    audit: ({ event, ...details }) =>
      req.log.child({}, { level: 'info' }).info({ audit: event, ip, ...details }, `Security event: ${event}`),
  }
}

/** Of several limits the one that is nearest to its end; nothing where the headers of a streamed answer are out. */
function writeLimitHeaders(response: Response, { limit, remaining, resetSeconds }: LimitState): void {
  if (response.headersSent) return
  const known = response.get('ratelimit-remaining')
  if (known !== undefined && Number(known) <= remaining) return
  response.set({
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(resetSeconds),
  })
}
