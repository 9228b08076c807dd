import { isUtf8 } from 'node:buffer'
import type { Request, RequestHandler } from 'express'
import getRawBody from 'raw-body'
import { refuse } from './request-guards.ts'

/** Bytes. */
const MAX_BODY_SIZE = 100_000
const MAX_AUTH_BODY_SIZE = 4_000

/**
 * Reads the body of a call and hands it to tRPC as `request.body`. Read by tRPC, bytes that are no text would become
 * U+FFFD and be stored.
 */
export const readBody: RequestHandler = async (request, response, next) => {
  if (request.method !== 'POST') return next()
  // Packed bodies are not unpacked: a few bytes can be gigabytes.
  if ((request.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') {
    return refuse(response, 'UNSUPPORTED_MEDIA_TYPE')
  }
  let body: Buffer
  try {
    body = await getRawBody(request, { limit: maxSize(request), length: request.get('content-length') })
  } catch (error) {
    // The rest goes unread, so that the connection can be used again.
    request.resume()
    return refuse(response, (error as { status?: unknown }).status === 413 ? 'PAYLOAD_TOO_LARGE' : 'MALFORMED_REQUEST')
  }
  if (!isUtf8(body)) return refuse(response, 'MALFORMED_REQUEST')
  request.body = body.toString()
  next()
}

function maxSize({ path }: Request): number {
  return decodeURIComponent(path).includes('auth.') ? MAX_AUTH_BODY_SIZE : MAX_BODY_SIZE
}
