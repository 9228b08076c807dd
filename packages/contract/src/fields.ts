import { z } from 'zod'
import { MAX_VERSION } from './limits.ts'
import { schemaNames } from './names.ts'
import { requiredOr } from './text.ts'

/** A schema under the name of its type: editors then show `Task`, not a list of all its fields. */
export type Named<Output, Input = Output> = z.ZodType<Output, Input>

const FIRST_INSTANT = new Date('0001-01-01T00:00:00.000Z')
const LAST_INSTANT = new Date('9999-12-31T23:59:59.999Z')
const NOT_A_DATE = 'Not a valid date'

/** An input that refuses keys it does not name, so that nobody assigns what is not offered. */
export function inputObject<Shape extends z.core.$ZodLooseShape>(name: string, shape: Shape) {
  return z.strictObject(shape, { error: explainObject }).register(schemaNames, { id: name })
}

function explainObject(issue: z.core.$ZodRawIssue): string {
  if (issue.code !== 'unrecognized_keys') return 'Input must be an object'
  return `Unknown field: ${issue.keys.join(', ')}`
}

/** An output, which holds nothing that it does not name. */
export function outputObject<Shape extends z.core.$ZodLooseShape>(name: string, shape: Shape) {
  return z.object(shape).register(schemaNames, { id: name })
}

/** The same fields, each of which may be absent. */
export function optional<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.object(shape).partial().shape
}

/** Refuses an input that names a row, or rows, by `keys` and then says nothing of what is to change. */
export function withChange<Shape extends z.core.$ZodLooseShape, Config extends z.core.$ZodObjectConfig>(
  input: z.ZodObject<Shape, Config>,
  {
    keys,
    isChange = (value) => value !== undefined,
  }: { keys: (keyof Shape)[]; isChange?: (value: unknown) => boolean },
) {
  const fields = Object.keys(input.shape).filter((field) => !keys.includes(field))
  return input.refine(
    (value) => fields.some((field) => isChange((value as Record<string, unknown>)[field])),
    `Nothing to change: send ${fields.slice(0, -1).join(', ')} or ${fields.at(-1)}`,
  )
}

/** A UUID of any version of RFC 9562, in lower case as PostgreSQL returns it. */
export function id(label = 'Id') {
  return z
    .string({ error: requiredOr(label, `${label} must be a UUID`) })
    .toLowerCase()
    .regex(z.regexes.uuid(), `${label} must be a UUID`)
    .meta({ format: 'uuid' })
}

const idSchema = id()

/** An id in the one spelling in which ids are stored and compared; null for what is no UUID. */
export function readId(value: unknown): string | null {
  return idSchema.safeParse(value).data ?? null
}

/** A set of ids: a repeated one counts once, whatever its case. Of too many no more are looked at than show that. */
export function ids(label: string, { min = 0, max }: { min?: number; max: number }): Named<string[]> {
  return z.preprocess(
    (values: string[]) => (Array.isArray(values) ? withoutRepeats(values).slice(0, max + 1) : values),
    z
      .array(id(), { error: requiredOr(label, `${label} must be a list of ids`) })
      .min(min, `${label} must be a list of at least ${min}`)
      .max(max, `At most ${max} ${label.toLowerCase()}`),
  )
}

function withoutRepeats(values: unknown[]): unknown[] {
  return [...new Set(values.map((value) => (typeof value === 'string' ? value.toLowerCase() : value)))]
}

/** The version of a row that a call is based on, for optimistic concurrency. */
export function expectedVersion() {
  return wholeNumber({ label: 'Version', min: 0, max: MAX_VERSION })
    .optional()
    .describe(
      'The version that the call is based on: when the row has moved on, the answer is `VERSION_CONFLICT`. Absent: whatever is there.',
    )
}

/** A whole number within bounds, both inclusive. */
export function wholeNumber({ label, min, max }: { label: string; min: number; max: number }) {
  const message = `${label} must be a whole number from ${min} to ${max}`
  return z
    .int({ error: requiredOr(label, message) })
    .min(min, message)
    .max(max, message)
}

/** True or false, and nothing that merely looks like it. */
export function flag(label: string) {
  return z.boolean({ error: requiredOr(label, `${label} must be true or false`) })
}

/** One of a few words. */
export function choice<const Words extends readonly string[]>(label: string, words: Words) {
  return z.enum(words, { error: requiredOr(label, `${label} must be one of ${words.join(', ')}`) })
}

/** A moment between the years 1 and 9999: what PostgreSQL, ISO 8601 and `Date` all can say. */
export function instant(label: string) {
  return z
    .date({ error: requiredOr(label, NOT_A_DATE) })
    .min(FIRST_INSTANT, NOT_A_DATE)
    .max(LAST_INSTANT, NOT_A_DATE)
    .meta({ type: 'string', format: 'date-time' })
}

/** An id in an output: the server's own, so it is named but not checked again. */
export function outputId() {
  return z.string().meta({ format: 'uuid' })
}

/** A version or a count in an output. */
export function outputCount() {
  return z.int32().min(0)
}

/** A moment in an output. */
export function outputInstant() {
  return z.date().meta({ type: 'string', format: 'date-time' })
}
