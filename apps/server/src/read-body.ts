import { isUtf8 } from 'node:buffer'
import type { Request, RequestHandler } from 'express'
import getRawBody from 'raw-body'
import { READING_METHODS, type Refuse } from './request-guards.ts'

/** Bytes that a body may have. */
export const MAX_BODY_SIZE = 100_000
/** The same for sign-ins, which anybody may send. */
export const MAX_AUTH_BODY_SIZE = 4_000

/**
 * Reads the body of a call and leaves its text as `request.body`, empty where there is none. Read by tRPC, bytes that are
 * no text would become U+FFFD and be stored.
 *
 * @param maxSize bytes that the body of this request may have
 */
export function readBody(refuse: Refuse, maxSize: (request: Request) => number): RequestHandler {
  return async (request, response, next) => {
    if (READING_METHODS.has(request.method)) return next()
    // Packed bodies are not unpacked: a few bytes can be gigabytes.
    if ((request.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') {
      return refuse(response, 'UNSUPPORTED_MEDIA_TYPE', 'The request body must not be compressed')
    }
    let body: Buffer
    try {
      body = await getRawBody(request, { limit: maxSize(request), length: request.get('content-length') })
    } catch (error) {
      // The rest goes unread, so that the connection can be used again.
      request.resume()
      const isTooLarge = (error as { status?: unknown }).status === 413
      return refuse(response, isTooLarge ? 'PAYLOAD_TOO_LARGE' : 'MALFORMED_REQUEST')
    }
    if (!isUtf8(body)) return refuse(response, 'MALFORMED_REQUEST')
    request.body = body.toString()
    next()
  }
}
