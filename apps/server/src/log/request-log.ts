import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'
import { canonicalAddress } from '../client-address.ts'
import { PROBES } from '../draining.ts'
import { causeText } from './cause-text.ts'
import { errorStory } from './logger.ts'
import { type Failure, notesOf, statusOf } from './request-notes.ts'

const REQUEST_ID = /^[\w.:-]{1,64}$/
const MAX_PATH = 300

/**
 * One line a request: what was asked, by whom, how it and each of its calls ended and why, and how long that took; never
 * headers, inputs or query strings.
 */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    genReqId: requestId,
    customLogLevel: (request, response, error) => {
      const status = worstStatus(request, response)
      return error !== undefined || status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info'
    },
    autoLogging: { ignore: ({ url }) => PROBES.has(url) },
    customSuccessMessage: (request, response) => summary(request, response),
    customErrorMessage: (request, response) => summary(request, response),
    customSuccessObject: (request, response, fields) => ({ ...fields, ...outcomeOf(request, response) }),
    // pino-http makes up an error for each status from 500 on.
    customErrorObject: (request, response, _error, { err: _, ...fields }) => ({
      ...fields,
      ...outcomeOf(request, response),
    }),
    serializers: {
      req: ({ id, method, url }) => ({ id, method, path: pathOf(url) }),
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

/** A batch, or a stream that has begun, may fail though the status says nothing of it. */
function worstStatus(request: IncomingMessage, { statusCode }: ServerResponse): number {
  const { failure } = notesOf(request)
  return failure === null ? statusCode : Math.max(statusCode, statusOf(failure.reason))
}

/** What became of the calls of a request. */
function outcomeOf(request: IncomingMessage, { writableFinished }: ServerResponse): object {
  const { calls, failure, running } = notesOf(request)
  // Of somebody who has gone away.
  const unfinished = writableFinished ? [] : running()
  const userId = [...calls.map((call) => call.userId), ...unfinished.map((call) => call.userId())].find((id) => id)
  const told = [
    ...calls.map(({ procedure, milliseconds, reason, cause }) => ({
      procedure,
      milliseconds: Math.round(milliseconds),
      // Of a single call it is what is told of the whole request.
      ...(reason !== null && (calls.length === 1 ? { reason } : failureFields({ reason, cause }))),
    })),
    ...unfinished.map(({ procedure, startedAt }) => ({
      procedure,
      milliseconds: Math.round(performance.now() - startedAt),
      underWay: true,
    })),
  ]
  return {
    ip: canonicalAddress((request as Request).ip),
    ...(userId && { userId }),
    ...(failure !== null && failureFields(failure)),
    ...(told.length > 0 && { calls: told }),
  }
}

/** Why, and of what is our fault what made it fail: the whole story is told once, by the outage log. */
function failureFields({ reason, cause }: Failure): object {
  return statusOf(reason) >= 500 ? { reason, cause: causeText(reason, cause) } : { reason }
}

function summary(request: IncomingMessage & { originalUrl?: string }, response: ServerResponse): string {
  const outcome = response.writableFinished ? response.statusCode : 'aborted'
  // Within a mounted middleware, Express cuts the mount point off `url`.
  return `${request.method} ${pathOf(request.originalUrl ?? request.url)} ${outcome}${whyOf(request)}`
}

function whyOf(request: IncomingMessage): string {
  const { failure } = notesOf(request)
  if (failure === null) return ''
  const { reason, cause } = failure
  return statusOf(reason) >= 500 ? ` ${reason}: ${causeText(reason, cause).message}` : ` ${reason}`
}

/** An API token or a JWT, which somebody has sent in the place of an id. */
const SECRETS = /twk_[\w-]+|eyJ[\w-]+\.[\w.-]+/g

/** Without the query: tRPC's inputs are in it. */
function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0]?.replace(SECRETS, '…').slice(0, MAX_PATH) ?? ''
}
