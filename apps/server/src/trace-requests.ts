import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Request, RequestHandler, Response } from 'express'
import { methodOf, routeOf } from './metrics/route-of.ts'

const tracer = trace.getTracer('@taskwire/server')

/**
 * Makes a span of each request, in the trace that its `traceparent` names
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans). To come first: whatever is done about the request, its line
 * in the log too, is then within it. Does nothing unless an SDK of OpenTelemetry runs in the process, or where that makes
 * such spans itself.
 */
export const traceRequests: RequestHandler = (request, response, next) => {
  if (trace.getActiveSpan() !== undefined) return next()
  const parent = propagation.extract(context.active(), request.headers)
  const method = methodOf(request)
  const options = { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } }
  const span = tracer.startSpan(method, options, parent)
  if (!trace.isSpanContextValid(span.spanContext())) return next()
  const inside = trace.setSpan(parent, span)
  // Their listeners run when the socket has something to say, which knows of no request.
  context.bind(inside, request)
  context.bind(inside, response)
  response.once('close', () => endSpan(span, request, response))
  context.with(inside, next)
}

function endSpan(span: Span, request: Request, response: Response): void {
  const route = routeOf(request)
  const status = response.statusCode
  span.updateName(`${methodOf(request)} ${route}`)
  span.setAttributes({ 'http.route': route, 'http.response.status_code': status })
  if (!response.writableFinished) span.setAttribute('error.type', 'aborted')
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
