import type { Things } from '@taskwire/router/testing'
import type { ParameterObject, SchemaObject } from 'openapi3-ts/oas31'
import { faultsOf } from './document-schemas.ts'
import type { DocumentedOperation } from './documented-operations.ts'

/** A request of an operation as somebody would write it down. */
export interface Draft {
  operation: DocumentedOperation
  path: Record<string, string>
  query: [name: string, text: string][]
  headers: Record<string, string>
  /** JSON, or the fields of a form; undefined: none is sent. */
  body: unknown
}

/** What goes over the wire, but for who sends it. */
export interface DraftedRequest {
  method: string
  /** Below `/api`. */
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array
}

/** What stands in drafts for what each user has. */
export const placeholders: Things = {
  email: 'placeholder@example.com',
  password: 'the placeholder of a password',
  taskId: '00000000-0000-4000-8000-000000000001',
  tagId: '00000000-0000-4000-8000-000000000002',
  sessionId: '00000000-0000-4000-8000-000000000003',
  apiTokenId: '00000000-0000-4000-8000-000000000004',
}

/** Writes a request down with nothing changed. */
export function requestOf({ operation, path, query, headers, body }: Draft): DraftedRequest {
  const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''))
  const search = query.length === 0 ? '' : `?${new URLSearchParams(query)}`
  const request = { method: operation.method, path: `${filled}${search}`, headers }
  if (body === undefined) return request
  const mediaType = operation.body?.mediaType ?? 'application/json'
  const content =
    mediaType === 'application/json'
      ? JSON.stringify(body)
      : String(new URLSearchParams(body as Record<string, string>))
  return { ...request, headers: { 'content-type': mediaType, ...headers }, body: content }
}

/** The same for one user. */
export function ownRequest(request: DraftedRequest, things: Things): DraftedRequest {
  const own = (text: string) =>
    Object.entries(placeholders).reduce((filled, [name, placeholder]) => {
      const thing = things[name as keyof Things]
      return filled.replaceAll(placeholder, thing).replaceAll(encoded(placeholder), encoded(thing))
    }, text)
  const { path, body, ...others } = request
  return {
    ...others,
    path: own(path),
    ...(body !== undefined && { body: typeof body === 'string' ? own(body) : body }),
  }
}

/** As forms have it. */
function encoded(text: string): string {
  return String(new URLSearchParams([['', text]])).slice(1)
}

/** Whether the request is one that the document allows. */
export function fitsDocument(draft: Draft): boolean {
  const { parameters } = draft.operation
  return parameters.every((parameter) => fitsParameter(parameter, draft)) && fitsQuery(draft) && fitsBody(draft)
}

function fitsParameter({ name, in: place, required = false, schema = {} }: ParameterObject, draft: Draft): boolean {
  const { type } = schema as SchemaObject
  const texts = draft.query.filter(([each]) => each === name).map(([, text]) => text)
  const given = place === 'query' ? texts : [(place === 'path' ? draft.path : draft.headers)[name] ?? []].flat()
  if (given.length === 0) return !required
  if (type === 'array') return faultsOf(schema as SchemaObject, given).length === 0
  return given.length === 1 && faultsOf(schema as SchemaObject, readText(type, given[0] ?? '')).length === 0
}

function readText(type: SchemaObject['type'], text: string): unknown {
  if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text)
  return type === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text
}

/** A form that may have further fields may have them in the query as well. */
function fitsQuery({ operation: { parameters, body }, query }: Draft): boolean {
  const isOpen = body !== undefined && body.schema.additionalProperties !== false
  return isOpen || query.every(([name]) => parameters.some((each) => each.in === 'query' && each.name === name))
}

/** Nothing is as good as no fields. */
function fitsBody({ operation, body }: Draft): boolean {
  if (operation.method === 'GET') return true
  if (operation.body === undefined) return body === undefined || JSON.stringify(body) === '{}'
  if (body === undefined) return !operation.body.required
  return faultsOf(operation.body.schema, body).length === 0
}
