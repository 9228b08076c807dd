import { z } from 'zod'

/** A procedure's input as JSON Schema (draft 2020-12), in the form in which REST sends it. */
export type InputSchema = z.core.JSONSchema.JSONSchema

/** What is sent of it: defaults may be left out, and instants are text. */
export function inputJsonSchema(schema: z.ZodType): InputSchema {
  const { $schema, ...sent } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return sent
}

/** The fields that an input has, by name. */
export function fieldSchemas(schema: z.ZodType | undefined): Record<string, InputSchema> {
  return (schema === undefined ? {} : (inputJsonSchema(schema).properties ?? {})) as Record<string, InputSchema>
}
