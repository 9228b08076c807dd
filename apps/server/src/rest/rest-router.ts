import cookieParser from 'cookie-parser'
import { type Request, type RequestHandler, Router } from 'express'
import { chargeAddress } from '../charge-address.ts'
import { refuse } from '../problem.ts'
import { MAX_AUTH_BODY_SIZE, MAX_BODY_SIZE, readBody } from '../read-body.ts'
import { neverStored, refuseBadUrls } from '../request-guards.ts'
import type { CallingOptions } from '../request-info.ts'
import { passwordGrant } from './password-grant.ts'
import { restRoutes, type ServedRoute } from './rest-routes.ts'
import { serveRoute } from './serve-route.ts'

/** Serves the procedures as REST, for whoever is no TypeScript client; to be mounted at `/api`. */
export function restRouter(options: CallingOptions): Router {
  const router = Router({ caseSensitive: true })
  router.use(neverStored, refuseBadUrls(refuse), cookieParser(), readBody(refuse, maxBodySize))
  for (const [path, handlers] of handlersByPath(options)) {
    const route = router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'))
    const refuseOthers = refuseMethod([...handlers.keys()], options)
    // Express would have GET answer it, and nobody would read the stream.
    if (!handlers.has('head')) route.head(refuseOthers)
    for (const [method, handler] of handlers) route[method](handler)
    route.all(refuseOthers)
  }
  router.use(refuseUnknown(options))
  return router
}

type Method = Lowercase<ServedRoute['method'] | 'PUT' | 'HEAD'>

function handlersByPath(options: CallingOptions): Map<string, Map<Method, RequestHandler>> {
  const byPath = new Map<string, Map<Method, RequestHandler>>()
  const add = (path: string, method: string, handler: RequestHandler) => {
    const handlers = byPath.get(path) ?? new Map<Method, RequestHandler>()
    byPath.set(path, handlers.set(method.toLowerCase() as Method, handler))
  }
  for (const route of restRoutes) {
    const handler = serveRoute(route, options)
    add(route.path, route.method, handler)
    if (route.alsoMethod !== undefined) add(route.path, route.alsoMethod, handler)
    if (route.type === 'query') add(route.path, 'HEAD', handler)
  }
  add('/auth/token', 'POST', passwordGrant(options))
  return byPath
}

function maxBodySize({ path }: Request): number {
  return path.startsWith('/auth/') ? MAX_AUTH_BODY_SIZE : MAX_BODY_SIZE
}

function refuseMethod(methods: Method[], options: CallingOptions): RequestHandler {
  return async (request, response) => {
    await chargeAddress(options, { request, response })
    const allowed = methods.join(', ').toUpperCase()
    response.set('allow', allowed)
    refuse(response, 'METHOD_NOT_SUPPORTED', `The methods of this path are ${allowed}`)
  }
}

function refuseUnknown(options: CallingOptions): RequestHandler {
  return async (request, response) => {
    await chargeAddress(options, { request, response })
    refuse(response, 'UNKNOWN_PROCEDURE', `Nothing has this path: ${request.baseUrl}/openapi.json lists what there is`)
  }
}
