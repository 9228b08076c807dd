import { validationIssue, WireError, wire } from '@taskwire/contract'
import { DomainError } from '@taskwire/domain'
import { TRPCError } from '@trpc/server'
import type { Request } from 'express'
import { headerFields } from './header-fields.ts'
import { fieldSchemas } from './input-schema.ts'
import { readField, readQueryField } from './read-field.ts'
import type { ServedRoute } from './rest-routes.ts'

type Fields = Record<string, unknown>

/**
 * Makes the reader of what requests of a route say to its procedure. A request's body has been read.
 * The reader throws a DomainError `VALIDATION_FAILED` for a field that has no place where it stands, and a TRPCError for a
 * body that cannot be read.
 */
export function inputReader(route: ServedRoute): (request: Request) => unknown {
  const schemas = fieldSchemas(route.inputSchema)
  const inPath = Array.from(route.path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name)
  const elsewhere = new Set([...inPath, ...(route.without ?? [])])
  const place = route.input ?? (route.method === 'GET' || route.method === 'DELETE' ? 'query' : 'body')

  function readQuery({ url }: Request): Fields {
    const query = new URL(url, 'http://localhost').searchParams
    const names = [...new Set(query.keys())]
    return Object.fromEntries(names.map((name) => [name, readQueryField(query.getAll(name), schemas[name])]))
  }

  function readBody({ body }: Request): Fields {
    const json = typeof body === 'string' && body !== '' ? readJson(body) : {}
    if (!isObject(json)) throw refusedFields([validationIssue('', 'NOT_AN_OBJECT', {})])
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, readField(value, schemas[name])]))
  }

  return (request) => {
    const [query, body] = [readQuery(request), readBody(request)]
    const [sent, misplaced] = place === 'query' ? [query, body] : [body, query]
    const names = Object.keys(sent).filter((name) => route.inputSchema === undefined || elsewhere.has(name))
    const unknown = [...Object.keys(misplaced), ...names]
    if (unknown.length > 0) throw refusedFields(unknown.map((name) => validationIssue(name, 'UNKNOWN_FIELD', {})))
    if (route.inputSchema === undefined) return undefined
    const path = Object.fromEntries(inPath.map((name) => [name, request.params[name]]))
    return { ...sent, ...path, ...headerFields({ route, request, schemas, sent }) }
  }
}

/** Bounded as what tRPC's clients send. */
function readJson(text: string): unknown {
  try {
    return wire.input.deserialize({ json: parseJson(text) })
  } catch (cause) {
    throw new TRPCError({ code: 'PARSE_ERROR', cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new WireError('The request body is not valid JSON')
  }
}

function isObject(json: unknown): json is Fields {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function refusedFields(issues: ReturnType<typeof validationIssue>[]): DomainError<'VALIDATION_FAILED'> {
  return new DomainError('VALIDATION_FAILED', { issues: issues.slice(0, 50) })
}
