import { MAX_BATCH_SIZE } from '@taskwire/contract'
import {
  appRouter,
  attachRequestId,
  createContext,
  type RequestInfo,
  reasonOf,
  retryAfterOf,
  type Services,
} from '@taskwire/router'
import { type CreateExpressContextOptions, createExpressMiddleware } from '@trpc/server/adapters/express'
import type { Handler, Request, Response } from 'express'
import type { OriginTest } from './allow-origins.ts'
import { chargeUnanswered } from './charge-unanswered.ts'
import { canonicalAddress, limitedAddress, limitedNetwork } from './client-address.ts'
import { isCrossSite } from './cross-site.ts'
import { outgoingAnswer } from './outgoing-answer.ts'
import { type SessionTransportConfig, sessionTransport } from './session-transport.ts'

export interface TrpcOptions extends SessionTransportConfig {
  services: Services
  /** Tells our own origin, and those whose pages may use the session's cookie. */
  isTrusted: OriginTest
}

const BEARER = /^Bearer +(\S+) *$/i

/** Serves the router over tRPC's protocol, after `refuseBadUrls` and `readBody`: what is HTTP ends here. */
export function trpcMiddleware(options: TrpcOptions): Handler {
  return createExpressMiddleware({
    router: appRouter,
    maxBatchSize: MAX_BATCH_SIZE,
    middleware(req, res, next) {
      const told = { audit: auditOf(req), reportLimit: reportLimitTo(res) }
      chargeUnanswered(req, options.services, told).then(() => next(), next)
    },
    createContext: ({ req, res, info }) => createContext(options.services, requestInfo({ ...options, req, res, info })),
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
    },
  })
}

function requestInfo(options: TrpcOptions & CreateExpressContextOptions): RequestInfo {
  const { req, res, info, isTrusted } = options
  return {
    requestId: String(req.id),
    device: { userAgent: req.get('user-agent') ?? null, ip: canonicalAddress(req.ip) },
    address: limitedAddress(req.ip),
    network: limitedNetwork(req.ip),
    batchSize: info.calls.length,
    answer: outgoingAnswer(req, res, info.calls),
    streamed: info.accept === 'application/jsonl',
    bearerToken: BEARER.exec(req.get('authorization') ?? '')?.[1] ?? null,
    ...sessionTransport(req, res, options),
    crossSite: isCrossSite(req, isTrusted),
    reportLimit: reportLimitTo(res),
    audit: auditOf(req),
  }
}

/** Security events are logged whatever LOG_LEVEL says: an operator who turned it down still needs them after a break-in. */
function auditOf(request: Request): RequestInfo['audit'] {
  const ip = canonicalAddress(request.ip)
  return ({ event, ...details }) =>
    request.log.child({}, { level: 'info' }).info({ audit: event, ip, ...details }, `Security event: ${event}`)
}

/** Of several limits the one that is nearest to its end; nothing where the headers of a streamed answer are out. */
function reportLimitTo(response: Response): RequestInfo['reportLimit'] {
  return ({ limit, remaining, resetSeconds }) => {
    if (response.headersSent) return
    const known = response.get('ratelimit-remaining')
    if (known !== undefined && Number(known) <= remaining) return
    response.set({
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(resetSeconds),
    })
  }
}
