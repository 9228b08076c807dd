import { toValidationIssues, type ValidationIssue, validationIssue, WireError, wire } from '@taskwire/contract'
import { TRPCError } from '@trpc/server'
import type { Request } from 'express'
import type { z } from 'zod'
import { headerFields } from './header-fields.ts'
import { fieldSchemas } from './input-schema.ts'
import { invalidInput } from './invalid-input.ts'
import { readField, readQueryField } from './read-field.ts'
import type { ServedRoute } from './rest-routes.ts'

type Fields = Record<string, unknown>

/**
 * Makes the reader of what requests of a route say to its procedure. A request's body has been read.
 * The reader throws a DomainError `VALIDATION_FAILED` for a field that has no place where it stands, and a TRPCError for a
 * body that cannot be read.
 */
export function inputReader(route: ServedRoute): (request: Request) => unknown {
  const { inputSchema, inPath, place } = route
  const schemas = fieldSchemas(inputSchema)
  const elsewhere = new Set([...inPath, ...(route.without ?? [])])

  /** Says of a field that is not read where it stands whether it is read in another place. */
  function misplaced(name: string): ValidationIssue {
    const issue = validationIssue(name, 'UNKNOWN_FIELD', {})
    if (inPath.includes(name)) return { ...issue, message: 'Not read here: the path says it' }
    const isField = Object.hasOwn(schemas, name) && !elsewhere.has(name)
    return isField ? { ...issue, message: `Not read here: send it in the ${place}` } : issue
  }

  function readQuery({ url }: Request): Fields {
    const query = new Map<string, string[]>()
    for (const [name, value] of new URL(url, 'http://localhost').searchParams) {
      const values = query.get(name)
      if (values === undefined) query.set(name, [value])
      else values.push(value)
    }
    return Object.fromEntries(Array.from(query, ([name, values]) => [name, readQueryField(values, schemas[name])]))
  }

  function readBody({ body }: Request): Fields {
    const json = typeof body === 'string' && body !== '' ? readJson(body) : {}
    if (!isObject(json)) throw invalidInput(validationIssue('', 'NOT_AN_OBJECT', {}))
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, readField(value, schemas[name])]))
  }

  return (request) => {
    const [query, body] = [readQuery(request), readBody(request)]
    const [sent, others] = place === 'query' ? [query, body] : [body, query]
    const isReadHere = (name: string) => inputSchema !== undefined && !elsewhere.has(name)
    const fields = Object.fromEntries(Object.entries(sent).filter(([name]) => isReadHere(name)))
    const unknown = [...Object.keys(others), ...Object.keys(sent).filter((name) => !isReadHere(name))]
    const path = Object.fromEntries(inPath.map((name) => [name, request.params[name]]))
    const input = { ...fields, ...path, ...headerFields({ route, request, schemas, sent }) }
    if (unknown.length > 0) throw invalidInput(...unknown.map(misplaced), ...issuesOf(inputSchema, input))
    return inputSchema === undefined ? undefined : input
  }
}

/** What else is wrong, for all of it to be said at once. */
function issuesOf(schema: z.ZodType | undefined, input: unknown): ValidationIssue[] {
  const error = schema?.safeParse(input).error
  return error === undefined ? [] : toValidationIssues(error)
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
