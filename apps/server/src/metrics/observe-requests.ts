import type { RequestHandler, Response } from 'express'
import { Gauge, type Registry } from 'prom-client'
import type { Instruments } from './instruments.ts'
import { methodOf, routeOf } from './route-of.ts'

/** Counts requests as they end, and knows how many are under way. */
export function observeRequests(registry: Registry, { requests, requestDurations }: Instruments): RequestHandler {
  const underWay = new Gauge({
    name: 'taskwire_http_requests_in_flight',
    help: 'HTTP requests that are not answered yet, open streams among them',
    registers: [registry],
  })
  return (request, response, next) => {
    const start = performance.now()
    underWay.inc()
    response.once('close', () => {
      underWay.dec()
      const route = routeOf(request)
      const status = response.writableFinished ? response.statusCode : 'aborted'
      requests.inc({ route, method: methodOf(request), status })
      if (!isStream(response)) requestDurations.observe({ route }, (performance.now() - start) / 1_000)
    })
    next()
  }
}

function isStream(response: Response): boolean {
  return response.get('content-type')?.startsWith('text/event-stream') === true
}
