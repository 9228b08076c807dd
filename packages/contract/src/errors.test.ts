import { expect, test } from 'vitest'
import { type ErrorCode, errorReasons, errorTable } from './errors.ts'

/** From tRPC's `getHTTPStatusCode.ts`: the status that it answers for a code, whatever our table says. */
const statusOfCode: Record<ErrorCode, number> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_SUPPORTED: 405,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_SERVER_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
  GATEWAY_TIMEOUT: 504,
}

test.each(errorReasons)('%s has one status, by our table and by tRPC', (reason) => {
  const { code, httpStatus, message } = errorTable[reason]
  expect(statusOfCode[code]).toBe(httpStatus)
  expect(message).toMatch(/^[A-Z][^.]+$/)
})

test('the table has no reason that the list has not', () => {
  expect(Object.keys(errorTable).sort()).toEqual([...errorReasons].sort())
})
