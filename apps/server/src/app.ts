import type { Services } from '@taskwire/router'
import cookieParser from 'cookie-parser'
import express, { type Express } from 'express'
import type { Logger } from 'pino'
import { allowOrigins, callingOrigins } from './allow-origins.ts'
import { answerErrors, answerUnknownRoute } from './answer-errors.ts'
import { answerHealth, type Health } from './health.ts'
import { logRefusedOrigins } from './log/log-refused-origins.ts'
import type { OutageLog } from './log/outage-log.ts'
import { createRecentCalls } from './log/recent-calls.ts'
import { requestLog, warnOfUntrustedProxy } from './log/request-log.ts'
import { securityLog } from './log/security-log.ts'
import type { Metrics } from './metrics/metrics.ts'
import { type MetricsAccessOptions, metricsAccess } from './metrics/metrics-access.ts'
import { serveMetrics } from './metrics/serve-metrics.ts'
import { serveDocument } from './openapi/serve-document.ts'
import { type PagesOptions, pages } from './pages/pages.ts'
import { readBody } from './read-body.ts'
import { answerAsOrigin, neverStored, refuseBadUrls } from './request-guards.ts'
import type { CallingOptions } from './request-info.ts'
import { restRouter } from './rest/rest-router.ts'
import { securityHeaders } from './security-headers.ts'
import { serverVersion } from './server-version.ts'
import { createSessionCookie, type SessionCookieConfig } from './session-cookie.ts'
import { traceRequests } from './trace-requests.ts'
import { maxBodySize, refuseConnectionParams, refuseForms, refuseInTrpc, refuseOtherMethods } from './trpc-guards.ts'
import { trpcMiddleware } from './trpc-middleware.ts'

export interface AppConfig extends Pick<PagesOptions, 'docs' | 'frontPage'> {
  /** Origins whose pages may call with credentials. */
  corsOrigins: string[]
  /** Whether pages of this machine (http://localhost, any port) may call as well: for development. */
  localOrigins: boolean
  cookie: SessionCookieConfig
  metrics: MetricsAccessOptions
  /** Whether a client that asks for it may keep the refresh token itself instead of in the cookie. */
  refreshTokenInBody: boolean
  /** The origin under which browsers reach this server. */
  ownOrigin: string
  /** How many proxies stand in front: that many hops of X-Forwarded-For are believed. */
  trustProxy: number
}

export interface AppOptions {
  services: Services
  config: AppConfig
  logger: Logger
  checkHealth: () => Promise<Health>
  metrics: Metrics
  outages: OutageLog
}

/** Builds the HTTP application; whoever calls it listens. */
export function createApp(options: AppOptions): Express {
  const { services, config, logger, checkHealth, metrics, outages } = options
  const mayCall = callingOrigins({ listed: config.corsOrigins, local: config.localOrigins })
  const isTrusted = (origin: string) => origin === config.ownOrigin || mayCall(origin)
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', config.trustProxy)

  app.use(traceRequests, metrics.observeRequests)
  app.use(requestLog(logger))
  if (config.trustProxy === 0) app.use(warnOfUntrustedProxy(logger))
  app.use(securityHeaders(config.ownOrigin))
  app.use(logRefusedOrigins(logger, isTrusted))
  app.use(allowOrigins(mayCall))
  app.use(answerAsOrigin)

  app.get('/livez', (_request, response) => {
    response.json({ status: 'alive' })
  })
  app.get('/health', answerHealth(checkHealth))

  const recent = createRecentCalls()
  const logEvent = securityLog(logger, recent)
  const calling: CallingOptions = {
    services,
    metrics,
    outages,
    audit(request, event) {
      metrics.audited(event)
      logEvent(request, event)
    },
    callEnded: recent.ended,
    cookie: createSessionCookie(config.cookie),
    refreshTokenInBody: config.refreshTokenInBody,
    isTrusted,
  }
  app.use(serveMetrics(metrics.registry, metricsAccess(config.metrics), calling))
  app.use(
    '/trpc',
    neverStored,
    refuseOtherMethods,
    refuseBadUrls(refuseInTrpc),
    refuseConnectionParams,
    refuseForms,
    cookieParser(),
    readBody(refuseInTrpc, maxBodySize),
    trpcMiddleware(calling),
  )
  // Some of the backends that this one replaces have a version in their paths.
  app.use(['/api/v1', '/api'], serveDocument(serverVersion()), restRouter(calling))

  app.use(pages({ ...config, checkHealth }))
  app.use(answerUnknownRoute)
  app.use(answerErrors(outages))
  return app
}
