import fc from 'fast-check'
import { z } from 'zod'
import { toValidationIssues } from '../issues.ts'

/** A field as JSON Schema says it, as far as inputs of this contract go. */
export interface Field {
  type?: string
  format?: string
  pattern?: string
  enum?: unknown[]
  const?: unknown
  default?: unknown
  anyOf?: Field[]
  items?: Field
  properties?: Record<string, Field>
  minimum?: number
  maximum?: number
  maxLength?: number
}

/** The fields of an object's schema by name, whatever defaults, checks and transformations are wrapped around it. */
export function fieldsOf(schema: z.ZodType): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(objectIn(schema).shape).map(([name, field]) => [
      name,
      z.toJSONSchema(field as z.ZodType, { unrepresentable: 'any' }) as Field,
    ]),
  )
}

function objectIn(schema: z.ZodType): z.ZodObject {
  if (schema instanceof z.ZodObject) return schema
  if (schema instanceof z.ZodPipe) return objectIn(schema.in as z.ZodType)
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return objectIn(schema.unwrap() as z.ZodType)
  }
  throw new TypeError('Not the schema of an object')
}

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }))

/** Values as somebody might send who has read the schema: most of them valid, and the others nearly. */
export function plausibleInput(schema: z.ZodType): fc.Arbitrary<unknown> {
  const fields = Object.entries(fieldsOf(schema)).map(([name, field]) => [name, plausible(field)] as const)
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] })
}

function plausible(field: Field): fc.Arbitrary<unknown> {
  if (field.anyOf !== undefined) return fc.oneof(...field.anyOf.map(plausible))
  if (field.enum !== undefined) return fc.constantFrom(...field.enum, 'none of them')
  if (field.const !== undefined) return fc.constantFrom(field.const, 'another')
  if (field.format === 'uuid') return fc.uuid()
  if (field.format === 'date-time') return fc.date({ noInvalidDate: false })
  if (field.format === 'email') return fc.oneof(fc.emailAddress(), text)
  switch (field.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer': {
      const { minimum = 0, maximum = 2 ** 31 } = field
      return fc.oneof(
        fc.integer({ min: minimum - 1, max: minimum + 20 }),
        fc.integer({ min: minimum, max: maximum + 1 }),
      )
    }
    case 'array':
      return fc.array(plausible(field.items ?? {}), { maxLength: 60 })
    case 'string':
      return field.pattern === undefined ? text : fc.oneof(fc.stringMatching(new RegExp(field.pattern)), text)
    default:
      throw new TypeError(`There are no values for a field such as ${JSON.stringify(field)}`)
  }
}

/** A valid value of a field: for each number another one, growing with it, and none that a field has by default. */
export function validValue(name: string, field: Field, number: number): unknown {
  const options = field.anyOf?.filter(({ type }) => type !== 'null')
  if (options?.[0] !== undefined) return validValue(name, options[0], number)
  const choices = field.enum?.filter((choice) => choice !== field.default)
  if (choices !== undefined) return choices[number % choices.length]
  if (field.format === 'uuid') return fc.sample(fc.uuid(), { seed: number })[0]
  if (field.format === 'date-time') return new Date(Date.UTC(2030, 0, number))
  const words = `${name} ${number}`
  const pattern = new RegExp(field.pattern ?? '')
  if (!pattern.test(words)) return fc.sample(fc.stringMatching(pattern), { seed: number })[0]
  switch (field.type) {
    case 'boolean':
      return number % 2 === 1
    case 'integer':
      return (field.minimum ?? 0) + number
    case 'string':
      return words
    default:
      throw new TypeError(`There is no value for the field ${name}: ${JSON.stringify(field)}`)
  }
}

/** What a person is told of an input that was refused. */
export function complaintsOf(error: z.ZodError): { path: string; message: string }[] {
  return toValidationIssues(error).map(({ path, message }) => ({ path, message }))
}
