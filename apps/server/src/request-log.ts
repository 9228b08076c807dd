import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'
import { errorStory } from './logger.ts'

const REQUEST_ID = /^[\w.:-]{1,64}$/
const MAX_PATH = 300

/** One line a request: what was asked, how it ended, how long it took; never headers, inputs or query strings. */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    genReqId: requestId,
    autoLogging: { ignore: ({ url }) => url === '/livez' || url === '/health' },
    customLogLevel: (_request, { statusCode }, error) =>
      error !== undefined || statusCode >= 500 ? 'error' : statusCode >= 400 ? 'warn' : 'info',
    customSuccessMessage: (request, response) => summary(request, response),
    customErrorMessage: (request, response) => summary(request, response),
    serializers: {
      req: ({ id, method, url, remoteAddress }) => ({ id, method, path: pathOf(url), remoteAddress }),
      res: ({ statusCode }) => ({ statusCode }),
      err: errorStory,
    },
  })
}

/** Says once that addresses are not what they seem: limits by address would count the proxy. */
export function warnOfUntrustedProxy(logger: Logger): RequestHandler {
  let warned = false
  return (request, _response, next) => {
    if (!warned && request.headers['x-forwarded-for'] !== undefined) {
      warned = true
      logger.warn('X-Forwarded-For arrives, and TRUST_PROXY is 0: set it to the number of proxies in front')
    }
    next()
  }
}

/** The caller's own id where it is harmless, so that a request can be followed through several services. */
function requestId(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id']
  const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
  response.setHeader('x-request-id', id)
  return id
}

function summary(request: IncomingMessage & { originalUrl?: string }, response: ServerResponse): string {
  const outcome = response.writableFinished ? response.statusCode : 'aborted'
  // Within a mounted middleware, Express cuts the mount point off `url`.
  return `${request.method} ${pathOf(request.originalUrl ?? request.url)} ${outcome}`
}

/** An API token or a JWT, which somebody has sent in the place of an id. */
const SECRETS = /twk_[\w-]+|eyJ[\w-]+\.[\w.-]+/g

/** Without the query: tRPC's inputs are in it. */
function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0]?.replace(SECRETS, '…').slice(0, MAX_PATH) ?? ''
}
