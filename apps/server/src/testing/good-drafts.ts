import fc from 'fast-check'
import type { SchemaObject } from 'openapi3-ts/oas31'
import { faultsOf, resolved } from './document-schemas.ts'
import type { DocumentedOperation } from './documented-operations.ts'
import { type Draft, fitsDocument, placeholders } from './request-drafts.ts'

// Requests that the document allows, made from its schemas. Of what it cannot say (who has which task, and which password)
// most of them say what is right.

const { email, password, taskId, tagId, sessionId, apiTokenId } = placeholders
const newPassword = 'a wholly new passphrase'
const newEmail = fc.uuid().map((id) => `${id}@example.com`)

/** Of the fields of these names, at the path of their operation. */
function knownValue(name: string, path: string): fc.Arbitrary<unknown> | undefined {
  switch (name) {
    case 'id':
      if (!path.includes('{')) return undefined
      if (path.startsWith('/tasks')) return fc.constant(taskId)
      if (path.startsWith('/tags')) return fc.constant(tagId)
      return fc.constant(path.startsWith('/sessions') ? sessionId : apiTokenId)
    case 'ids':
      return fc.constant([taskId])
    case 'tagIds':
    case 'addTagIds':
    case 'removeTagIds':
      return fc.constantFrom([], [tagId], [tagId])
    case 'email':
    case 'username':
      return path === '/auth/register' ? newEmail : fc.constant(email)
    case 'password':
    case 'currentPassword':
      return fc.constant(path === '/auth/register' ? newPassword : password)
    case 'newPassword':
      return fc.constant(newPassword)
    case 'If-Match':
      return fc.constantFrom('*', '*', '"1"', '"2"', '"1.abc"', 'W/"1"')
    case 'If-None-Match':
      return fc.constantFrom('"1"', 'W/"x"', '"1", "2"')
    case 'Last-Event-ID':
    case 'version':
    case 'since':
      return fc.integer({ min: 0, max: 4 })
    default:
      return undefined
  }
}

/** A value that a schema allows. */
function validValue(schema: SchemaObject, name: string, path: string): fc.Arbitrary<unknown> {
  const known = knownValue(name, path)
  const any = ofSchema(schema, path)
  return known === undefined ? any : fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: any })
}

function ofSchema(reference: SchemaObject, path: string): fc.Arbitrary<unknown> {
  const schema = resolved(reference)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const forms = schema.anyOf ?? (Array.isArray(schema.type) ? schema.type.map((type) => ({ ...schema, type })) : [])
  if (forms.length > 0) return fc.oneof(...forms.map((form) => ofSchema(form as SchemaObject, path)))
  return ofType(schema, path).filter((value) => faultsOf(schema, value).length === 0)
}

function ofType(schema: SchemaObject, path: string): fc.Arbitrary<unknown> {
  const { type, minimum = -1e9, maximum = 1e9, minItems = 0, maxItems = 5 } = schema
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum))
    case 'array': {
      const items = ofSchema((schema.items ?? {}) as SchemaObject, path)
      return fc.uniqueArray(items, { minLength: minItems, maxLength: Math.min(maxItems, 5) })
    }
    case 'string':
      return ofText(schema)
    case 'object':
      return ofObject(schema, path)
    default:
      throw new TypeError(`There are no values for ${JSON.stringify(schema)}`)
  }
}

function ofText({ format, pattern, minLength = 0, maxLength = 100 }: SchemaObject): fc.Arbitrary<string> {
  switch (format) {
    case 'uuid':
      return fc.uuid()
    case 'email':
      return fc.emailAddress()
    case 'date-time':
      return instant
  }
  const text = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) })
  const longest = fc.constant('x'.repeat(maxLength))
  // Said of nearly every text: it holds something to be seen.
  if (pattern === undefined || pattern === '\\S') return fc.oneof(text, text, longest)
  return fc.stringMatching(new RegExp(pattern), { size: 'small' })
}

const instant = fc
  .tuple(
    fc.date({ min: new Date('2027-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    fc.constantFrom('Z', '+02:00', '-11:30'),
  )
  .map(([date, offset]) => date.toISOString().replace('Z', offset))

function ofObject({ properties = {}, required = [] }: SchemaObject, path: string): fc.Arbitrary<unknown> {
  // An account that has a password is not deleted without it.
  const needed = Object.keys(properties).filter((name) => required.includes(name) || name === 'password')
  const optional = Object.keys(properties).filter((name) => !needed.includes(name))
  return fc
    .subarray(optional, { maxLength: Math.min(optional.length, 3) })
    .chain((some) =>
      fc.record(
        Object.fromEntries(
          [...needed, ...some].map((name) => [name, validValue((properties[name] ?? {}) as SchemaObject, name, path)]),
        ),
      ),
    )
}

/** Requests of one operation that the document allows. */
export function goodDraft(operation: DocumentedOperation): fc.Arbitrary<Draft> {
  const { parameters, path, body } = operation
  const inPlace = (place: string) =>
    ofObject(
      {
        properties: Object.fromEntries(
          parameters.filter((each) => each.in === place).map((each) => [each.name, each.schema ?? {}]),
        ),
        required: parameters.filter((each) => each.in === place && each.required).map(({ name }) => name),
      },
      path,
    ) as fc.Arbitrary<Record<string, unknown>>
  const sent = body === undefined ? fc.constant(undefined) : validValue(body.schema, '', path)
  return fc
    .record({
      path: inPlace('path').map(asTexts),
      query: inPlace('query').map((fields) =>
        Object.entries(fields).flatMap(([name, value]) =>
          [value].flat().map((one): [string, string] => [name, String(one)]),
        ),
      ),
      headers: fc.oneof(
        { weight: 3, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: inPlace('header').map(asTexts).filter(isSendable) },
      ),
      body: body?.required === false ? fc.oneof(sent, sent, fc.constant(undefined)) : sent,
    })
    .map((draft) => ({ operation, ...draft }))
    .filter(fitsDocument)
}

function isSendable(headers: Record<string, string>): boolean {
  return Object.values(headers).every((value) => /^[\x20-\x7e]*$/.test(value))
}

function asTexts(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))
}
