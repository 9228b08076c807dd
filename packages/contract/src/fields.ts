import { z } from 'zod'
import { fault, requiredOr } from './faults.ts'
import { MAX_VERSION } from './limits.ts'
import { schemaNames } from './names.ts'

/** A schema under the name of its type: editors then show `Task`, not a list of all its fields. */
export type Named<Output, Input = Output> = z.ZodType<Output, Input>

const FIRST_INSTANT = new Date('0001-01-01T00:00:00.000Z')
const LAST_INSTANT = new Date('9999-12-31T23:59:59.999Z')

/** An input that refuses keys it does not name, so that nobody assigns what is not offered. */
export function inputObject<Shape extends z.core.$ZodLooseShape>(name: string, shape: Shape) {
  return z.strictObject(shape, { error: explainObject }).register(schemaNames, { id: name })
}

function explainObject(issue: z.core.$ZodRawIssue): string {
  if (issue.code !== 'unrecognized_keys') return fault('NOT_AN_OBJECT', {})(issue)
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

/**
 * Refuses an input that names a row, or rows, by `keys` and then says nothing of what is to change; of `lists` an empty one
 * says nothing.
 */
export function withChange<Shape extends z.core.$ZodLooseShape, Config extends z.core.$ZodObjectConfig>(
  input: z.ZodObject<Shape, Config>,
  { keys, lists = [] }: { keys: (keyof Shape)[]; lists?: (keyof Shape)[] },
) {
  const fields = Object.keys(input.shape).filter((field) => !keys.includes(field))
  const isChange = (field: string, value: unknown) =>
    lists.includes(field) && Array.isArray(value) ? value.length > 0 : value !== undefined
  return input
    .refine((value) => fields.some((field) => isChange(field, (value as Record<string, unknown>)[field])), {
      error: fault('NOTHING_TO_CHANGE', { fields }),
    })
    .meta({
      not: {
        propertyNames: { enum: [...keys, ...lists] },
        ...(lists.length > 0 && { properties: Object.fromEntries(lists.map((list) => [list, { maxItems: 0 }])) }),
      },
    })
}

/** A UUID of any version of RFC 9562, in lower case as PostgreSQL returns it. */
export function id(label = 'Id') {
  const error = fault('NOT_A_UUID', { label })
  return z
    .string({ error: requiredOr(label, error) })
    .toLowerCase()
    .regex(z.regexes.uuid(), { error })
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
      .array(id(), { error: requiredOr(label, fault('NOT_A_LIST_OF_IDS', { label })) })
      .min(min, { error: fault('TOO_FEW', { label, min }) })
      .max(max, { error: fault('TOO_MANY', { label, max }) }),
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
  const error = fault('NOT_A_WHOLE_NUMBER', { label, min, max })
  return z
    .int({ error: requiredOr(label, error) })
    .min(min, { error })
    .max(max, { error })
}

/** Longer than any cursor the server makes: one of `task.list` holds a title of 200 code points, an id and the query's shape. */
const MAX_CURSOR_LENGTH = 2_048

/** Where a list goes on, as the page before has said it. */
export function cursor() {
  const error = fault('NOT_A_CURSOR', {})
  return z
    .string({ error: requiredOr('Cursor', error) })
    .max(MAX_CURSOR_LENGTH, { error })
    .regex(/^[\x21-\x7e]+$/, { error })
    .nullable()
}

/** True or false, and nothing that merely looks like it. */
export function flag(label: string) {
  return z.boolean({ error: requiredOr(label, fault('NOT_TRUE_OR_FALSE', { label })) })
}

/** One of a few words. */
export function choice<const Words extends readonly string[]>(label: string, words: Words) {
  return z.enum(words, { error: requiredOr(label, fault('NOT_ONE_OF', { label, choices: words })) })
}

/** A moment between the years 1 and 9999: what PostgreSQL, ISO 8601 and `Date` all can say. */
export function instant(label: string) {
  const error = fault('NOT_A_DATE', { label })
  return z
    .date({ error: requiredOr(label, error) })
    .min(FIRST_INSTANT, { error })
    .max(LAST_INSTANT, { error })
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
