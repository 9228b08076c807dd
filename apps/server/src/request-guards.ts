import type { PlainReason } from '@taskwire/router'
import type { Request, RequestHandler, Response } from 'express'

/** Answers a request that no procedure is asked about, in the form of its protocol, with more of why where that has a place. */
export type Refuse = (response: Response, reason: PlainReason, detail?: string) => void

/** Bytes that a path and its query may have. */
export const MAX_URL_LENGTH = 8_192

/** Answers are somebody's own: no cache on the way keeps them. */
export const neverStored: RequestHandler = (_request, response, next) => {
  response.set('cache-control', 'no-store')
  next()
}

const JSON_TYPE = /^application\/json *(;|$)/i

/** The methods of requests whose bodies nobody reads. */
export const READING_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Whether the body is said to be JSON, which the form of another site cannot say. */
export function isJson(request: Request): boolean {
  return JSON_TYPE.test(request.get('content-type') ?? '')
}

/** Refuses URLs that are too long, and those that are none, by path, query or host. */
export function refuseBadUrls(refuse: Refuse): RequestHandler {
  return (request, response, next) => {
    if (request.originalUrl.length > MAX_URL_LENGTH) refuse(response, 'PAYLOAD_TOO_LARGE')
    else if (!isReadable(request)) refuse(response, 'MALFORMED_REQUEST')
    else next()
  }
}

function isReadable(request: Request): boolean {
  try {
    decodeURIComponent(request.path)
    // Escapes that are no UTF-8 would be read as U+FFFD.
    for (const [escapes] of request.url.matchAll(/(?:%[0-9a-f]{2})+/gi)) decodeURIComponent(escapes)
    return URL.canParse(request.url, `http://${request.get('host') ?? 'localhost'}`)
  } catch {
    return false
  }
}

/**
 * Lets `If-None-Match` count from browsers too: `fetch` adds `Cache-Control: no-cache` to it, which is for the caches on the
 * way (RFC 9111 §5.2.1.4), and which Express takes for one to itself.
 */
export const answerAsOrigin: RequestHandler = (request, _response, next) => {
  if (request.headers['if-none-match'] !== undefined) delete request.headers['cache-control']
  next()
}
