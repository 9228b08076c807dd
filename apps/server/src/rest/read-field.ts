import { z } from 'zod'
import type { InputSchema } from './input-schema.ts'

/** RFC 3339: with an offset, since without one it would be a guess whose time it is, and of a day that there is. */
const INSTANT = z.regexes.datetime({ offset: true })
const WHOLE_NUMBER = /^-?\d{1,15}$/

/** Makes of a value of JSON what a procedure takes. What does not fit stays as it is, for the schema to say why. */
export function readField(value: unknown, schema: InputSchema | undefined): unknown {
  return typeof value === 'string' && isInstant(schema) ? readInstant(value) : value
}

/** The same of what a query says of a field: once, or of a list once for each entry. */
export function readQueryField(values: string[], schema: InputSchema | undefined): unknown {
  if (schema?.type === 'array') return values
  const [value = '', ...others] = values
  if (others.length > 0) return values
  if (schema?.type === 'boolean') return readFlag(value)
  if (schema?.type === 'integer') return WHOLE_NUMBER.test(value) ? Number(value) : value
  // A plus sign that nobody has escaped is a space in a query.
  return isInstant(schema) ? readInstant(value.replace(/ (\d{2}:\d{2})$/, '+$1')) : value
}

function readFlag(text: string): boolean | string {
  if (text === 'true') return true
  return text === 'false' ? false : text
}

function isInstant(schema: InputSchema | undefined): boolean {
  if (schema === undefined) return false
  return schema.format === 'date-time' || (schema.anyOf?.some((form) => isInstant(form as InputSchema)) ?? false)
}

function readInstant(text: string): Date | string {
  const upper = text.toUpperCase()
  const instant = new Date(INSTANT.test(upper) ? upper : Number.NaN)
  return Number.isNaN(instant.getTime()) ? text : instant
}
