import fc from 'fast-check'
import { type DocumentedOperation, operationsAt } from './documented-operations.ts'
import type { DraftedRequest } from './request-drafts.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'OPTIONS', 'PROPFIND']
const FORM = 'application/x-www-form-urlencoded'

interface Break {
  /** Default: to every request. */
  applies?(request: DraftedRequest, operation: DocumentedOperation): boolean
  change(request: DraftedRequest, operation: DocumentedOperation): fc.Arbitrary<DraftedRequest>
}

/** What makes a request one that no document allows. */
export const breaks: Record<string, Break> = {
  'another method': {
    change: (request, { path }) => {
      const known = operationsAt(path)
      return fc.constantFrom(...METHODS.filter((each) => !known.has(each))).map((method) => ({ ...request, method }))
    },
  },
  'another path': {
    change: (request) =>
      fc
        .constantFrom('/x', '/%', '/%ff', '/%00', '/%c0%af', '//', '/..', '/../..', '/%2e%2e/x')
        .map((end) => ({ ...request, path: request.path.replace(/(?=\?|$)/, end) })),
  },
  'escapes that are no UTF-8': {
    change: (request) =>
      fc.constantFrom('%ff', '%c3%28', '%ed%a0%80', '%80').map((each) => withQuery(request, `x=${each}`)),
  },
  'a URL that is too long': {
    change: (request) => fc.constant(withQuery(request, `x=${'x'.repeat(8_200)}`)),
  },
  'another media type': {
    applies: ({ body }) => body !== undefined,
    change: (request, { body }) => {
      const other = body?.mediaType === FORM ? 'application/json' : FORM
      return fc
        .constantFrom('text/plain', 'application/xml', 'multipart/form-data', 'application/jsonp', '', other)
        .map((type) => withHeader(request, 'content-type', type))
    },
  },
  'a packed body': {
    applies: hasBody,
    change: (request) =>
      fc.constantFrom('gzip', 'br', 'x').map((type) => withHeader(request, 'content-encoding', type)),
  },
  'a body that is no UTF-8': {
    applies: ({ body }) => body !== undefined,
    change: (request) => {
      const bytes = Buffer.from(request.body ?? '')
      // Before a quotation mark it mostly is part of a text.
      const place = fc.oneof(fc.nat(bytes.length), fc.constant(Math.max(0, bytes.lastIndexOf('"'))))
      return fc.tuple(place, fc.constantFrom([0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80])).map(([before, broken]) => ({
        ...request,
        body: Buffer.concat([bytes.subarray(0, before), Buffer.from(broken), bytes.subarray(before)]),
      }))
    },
  },
  'a body that is no JSON': {
    applies: (request, { body }) => hasBody(request) && body?.mediaType !== FORM,
    change: (request) =>
      fc
        .constantFrom('{', '{"title":"A"', "{'title':'A'}", '{"title":"A",}', 'undefined', '[', '\0', '{}{}', '1e', '"')
        .map((body) => ({ ...withHeader(request, 'content-type', 'application/json'), body })),
  },
  'a body that is too long': {
    applies: hasBody,
    change: (request) => fc.constant({ ...request, body: ' '.repeat(100_001) }),
  },
}

function hasBody({ method }: DraftedRequest): boolean {
  return method !== 'GET'
}

function withQuery(request: DraftedRequest, more: string): DraftedRequest {
  return { ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}${more}` }
}

function withHeader(request: DraftedRequest, name: string, value: string): DraftedRequest {
  return { ...request, headers: { ...request.headers, [name]: value } }
}
