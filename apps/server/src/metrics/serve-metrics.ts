import { type RequestHandler, Router } from 'express'
import type { Registry } from 'prom-client'
import { chargeAddress } from '../charge-address.ts'
import { problemOf, refuse, sendProblem } from '../problem.ts'
import { refuseWriting } from '../refuse-writing.ts'
import type { CallingOptions } from '../request-info.ts'
import type { MetricsAccess } from './metrics-access.ts'

/**
 * Answers a scrape (https://prometheus.io/docs/instrumenting/exposition_formats) to whom `access` lets in. To whom they are
 * hidden the path is as unknown as any. A wrong token costs the address a point, as other made-up calls do.
 */
export function serveMetrics(registry: Registry, access: MetricsAccess, options: CallingOptions): Router {
  const router = Router()
  router
    .route('/metrics')
    .all(admit(access, options))
    .get(async (_request, response) => {
      const text = await registry.metrics()
      response.set({ 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text)
    })
    .all(refuseWriting)
  return router
}

function admit(access: MetricsAccess, options: CallingOptions): RequestHandler {
  return async (request, response, next) => {
    const admission = access(request)
    if (admission === 'allowed') return next()
    if (admission === 'hidden') return next('router')
    response.set('cache-control', 'no-store')
    try {
      await chargeAddress(options, { request, response })
    } catch (error) {
      return sendProblem(response, problemOf(request, error, options))
    }
    refuse(response, request.get('authorization') === undefined ? 'TOKEN_MISSING' : 'TOKEN_INVALID')
  }
}
