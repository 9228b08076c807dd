import type { IncomingHttpHeaders } from 'node:http'
import { type ErrorReason, errorTable } from '@taskwire/contract'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { HeaderObject, ResponseObject, SchemaObject } from 'openapi3-ts/oas31'
import { problemResponse, problemSchema } from '../openapi/problems.ts'
import { PROBLEM_TYPE } from '../problem.ts'
import { faultsOf, resolved } from './document-schemas.ts'
import { documentedOperations, operationsAt } from './documented-operations.ts'

interface Asked {
  method: string
  /** Below `/api`, with its query. */
  path: string
}

interface Answered {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

type Headers = Record<string, HeaderObject>

/** @throws Error for an answer that is another than the document says */
export function expectDocumented(asked: Asked, answer: Answered): void {
  const differences = differencesFromDocument(asked, answer)
  if (differences.length === 0) return
  const { method, path } = asked
  const what = `${method} ${path} was answered with ${answer.status}, other than the document says`
  throw new Error([`${what}:`, ...differences, `Headers: ${JSON.stringify(answer.headers)}`, answer.text].join('\n'))
}

/** In what an answer differs from what the document says of the request; nothing where it fits. */
export function differencesFromDocument({ method, path }: Asked, answer: Answered): string[] {
  const operations = operationsAt(path)
  const operation = operations.get(method === 'HEAD' ? 'GET' : method)
  const isAnswered = operation !== undefined && !(method === 'HEAD' && isStream(operation.responses.get(200)))
  const response = isAnswered ? operation.responses.get(answer.status) : refusalOf(allowedAt(path), answer.status)
  if (response === undefined) return [`the status ${answer.status} is not documented`]
  return [
    ...headerDifferences(response, answer.headers),
    ...(method === 'HEAD' ? [] : contentDifferences(response, answer)),
    ...(answer.headers['content-type'] === PROBLEM_TYPE && method !== 'HEAD' ? problemDifferences(answer) : []),
    ...(answer.status === 405 ? allowDifferences(allowedAt(path), answer.headers) : []),
  ]
}

/** The methods of a path as `Allow` names them. */
function allowedAt(path: string): string[] {
  return [...operationsAt(path)].flatMap(([method, { responses }]) =>
    method === 'GET' && !isStream(responses.get(200)) ? ['GET', 'HEAD'] : [method],
  )
}

function isStream(response: ResponseObject | undefined): boolean {
  return response?.content?.['text/event-stream'] !== undefined
}

/** What the document says in words of requests that are no operation. */
function refusalOf(allowed: readonly string[], status: number): ResponseObject | undefined {
  const own: ErrorReason = allowed.length === 0 ? 'UNKNOWN_PROCEDURE' : 'METHOD_NOT_SUPPORTED'
  const reasons: ErrorReason[] = [
    ...([own, 'MALFORMED_REQUEST', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'RATE_LIMITED'] as const),
  ].filter((reason) => errorTable[reason].httpStatus === status)
  const [reason] = reasons
  if (reason === undefined) return undefined
  return { ...problemResponse(status, [{ reason }]), content: { [PROBLEM_TYPE]: { schema: problemSchema(reason) } } }
}

/** All headers that the document knows; the others are HTTP's own. */
const knownHeaders = new Set(
  documentedOperations
    .flatMap(({ responses }) => [...responses.values()])
    .flatMap(({ headers = {} }) => Object.keys(headers)),
)

function headerDifferences(response: ResponseObject, sent: IncomingHttpHeaders): string[] {
  const documented = (response.headers ?? {}) as Headers
  const differences = [...knownHeaders]
    .filter((name) => !(name in documented) && sent[name.toLowerCase()] !== undefined)
    .map((name) => `the header ${name} is not documented`)
  for (const [name, reference] of Object.entries(documented)) {
    const { required = false, schema = {} } = resolved(reference)
    const values = [sent[name.toLowerCase()] ?? []].flat()
    if (required && values.length === 0) differences.push(`the header ${name} is missing`)
    for (const value of values) {
      const faults = faultsOf(schema as SchemaObject, readHeader(schema as SchemaObject, value))
      differences.push(...faults.map((fault) => `the header ${name} is ${value}: ${fault}`))
    }
  }
  return differences
}

function readHeader({ type }: SchemaObject, value: string): unknown {
  return type === 'integer' && /^\d+$/.test(value) ? Number(value) : value
}

function contentDifferences({ content = {} }: ResponseObject, { headers, text }: Answered): string[] {
  const mediaTypes = Object.keys(content)
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';', 1)
  if (mediaTypes.length === 0) return text === '' ? [] : ['no body is documented']
  const schema = content[mediaType]?.schema as SchemaObject | undefined
  if (schema === undefined) return [`the media type ${mediaType || 'none'} is not documented, but ${mediaTypes}`]
  if (mediaType === 'text/event-stream') return eventsIn(text).flatMap((event) => eventFaults(event, schema))
  return faultsOf(schema, JSON.parse(text)).map((fault) => `the body: ${fault}`)
}

function eventsIn(text: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = []
  createParser({ onEvent: (event) => events.push(event) }).feed(text)
  return events
}

/** The problem that ends a stream is told in words, with the schema of all problems of its reason. */
function eventFaults({ event, id, data }: EventSourceMessage, schema: SchemaObject): string[] {
  const told = JSON.parse(data)
  if (event === 'problem') {
    return faultsOf(problemSchema(told.reason), told).map((fault) => `the event problem: ${fault}`)
  }
  return [
    ...faultsOf(schema, told).map((fault) => `the event ${id}: ${fault}`),
    ...(event === told.type && id === String(told.version) ? [] : [`the event ${id} is called ${event}`]),
  ]
}

/** What a problem says twice it says the same. */
function problemDifferences({ status, headers, text }: Answered): string[] {
  const problem = JSON.parse(text)
  const pairs: [what: string, inBody: unknown, elsewhere: unknown][] = [
    ['status', problem.status, status],
    ['requestId', problem.requestId, headers['x-request-id']],
    ['retryAfter', String(problem.retryAfter), String(headers['retry-after'])],
  ]
  return pairs
    .filter(([, inBody, elsewhere]) => inBody !== elsewhere)
    .map(([what, inBody, elsewhere]) => `${what} is ${inBody}, and ${elsewhere} outside the body`)
}

function allowDifferences(allowed: readonly string[], { allow = '' }: IncomingHttpHeaders): string[] {
  const told = allow.split(', ').sort().join()
  return told === [...allowed].sort().join() ? [] : [`Allow is ${allow}, and the document has ${allowed}`]
}
