import { schemaNames } from '@taskwire/contract'
import type { SchemaObject } from 'openapi3-ts/oas31'
import { z } from 'zod'

/** A JSON Schema (draft 2020-12), which is what OpenAPI 3.1 has for schemas. */
export type JsonSchema = z.core.JSONSchema.JSONSchema

const nameOf = (schema: z.ZodType) => schemaNames.get(schema)?.id

/** A reference to what a procedure answers. @throws Error for a schema without a name */
export function answerSchema(schema: z.ZodType): SchemaObject {
  const name = nameOf(schema)
  if (name === undefined) throw new Error('What a procedure answers over REST needs a name: see schemaNames')
  return { $ref: referenceTo(name) }
}

export function referenceTo(name: string): string {
  return `#/components/schemas/${name}`
}

/** All schemas that have a name, as they are answered. */
export function answerSchemas(): Record<string, SchemaObject> {
  const { schemas } = z.toJSONSchema(schemaNames, { unrepresentable: 'any', uri: referenceTo })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema, $id, ...schema }]) => [name, asOpenApi(schema)]),
  )
}

/** The same schema by the type that OpenAPI has for it, said in fewer words. */
export function asOpenApi(schema: JsonSchema): SchemaObject {
  return JSON.parse(JSON.stringify(schema, shorten)) as SchemaObject
}

/** Leaves out what bounds nothing, and says of a text that may be null what it is at once. */
function shorten(key: string, value: unknown): unknown {
  if ((key === 'minLength' || key === 'minItems') && value === 0) return undefined
  if (typeof value !== 'object' || value === null || !('anyOf' in value) || !Array.isArray(value.anyOf)) return value
  const { anyOf, ...rest } = value
  const [form, other, ...more] = anyOf as SchemaObject[]
  const mayBeNull = typeof form?.type === 'string' && other?.type === 'null' && more.length === 0
  return mayBeNull ? { ...form, type: [form.type, 'null'], ...rest } : value
}

/** Of these schemas those that something refers to, by whatever way. */
export function usedSchemas<Schemas extends Record<string, SchemaObject>>(
  schemas: Schemas,
  users: unknown,
): Partial<Schemas> {
  const used = new Set<string>()
  const visit = (user: unknown) => {
    for (const [, name = ''] of JSON.stringify(user).matchAll(/"#\/components\/schemas\/([\w.-]+)"/g)) {
      if (used.has(name)) continue
      used.add(name)
      if (name in schemas) visit(schemas[name])
    }
  }
  visit(users)
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name))) as Partial<Schemas>
}
