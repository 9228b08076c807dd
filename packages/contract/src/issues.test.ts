import { expect, test } from 'vitest'
import { z } from 'zod'
import { fault } from './faults.ts'
import { inputObject } from './fields.ts'
import { schemaNames } from './names.ts'
import { complaintsOf } from './testing/index.ts'

/** An input that the register of schemas forgets again: other suites look at what is in it. */
function inputOf(shape: Parameters<typeof inputObject>[1]) {
  const input = inputObject('Test', shape)
  schemaNames.remove(input)
  return input
}

function issuesOf(schema: z.ZodType, input: unknown) {
  const result = schema.safeParse(input)
  return result.success ? [] : complaintsOf(result.error)
}

test('a field at fault in two ways is named once, with the first fault', () => {
  const schema = inputOf({
    title: z
      .string()
      .min(5, { error: fault('TOO_SHORT', { label: 'Title', min: 5 }) })
      .regex(/^x/, { error: fault('NOT_A_UUID', { label: 'Title' }) }),
  })
  expect(issuesOf(schema, { title: 'a' })).toEqual([
    { path: 'title', message: 'Title must have at least 5 characters' },
  ])
})

test('a path is what form libraries call a field', () => {
  const schema = z.object({
    tags: z.array(z.object({ name: z.string({ error: fault('NOT_TEXT', { label: 'Name' }) }) })),
  })
  expect(issuesOf(schema, { tags: [{ name: 'a' }, { name: 1 }] })).toEqual([
    { path: 'tags.1.name', message: 'Name must be text' },
  ])
})

test('the input as a whole has the empty path', () => {
  expect(issuesOf(inputOf({}), 'text')).toEqual([{ path: '', message: 'Input must be an object' }])
})

test('each unknown key is an issue of its own, beside those of known fields', () => {
  const schema = inputOf({ title: z.string({ error: fault('REQUIRED', { label: 'Title' }) }) })
  expect(issuesOf(schema, { userId: 1, isAdmin: true })).toEqual([
    { path: 'title', message: 'Title is required' },
    { path: 'userId', message: 'Unknown field' },
    { path: 'isAdmin', message: 'Unknown field' },
  ])
})

test('long or malformed key names are cut and mended', () => {
  const [issue] = issuesOf(inputOf({}), { [`\ud800${'x'.repeat(10_000)}`]: 1 })
  expect(issue?.path).toBe(`\ufffd${'x'.repeat(63)}…`)
})

test('ten thousand faults are told as fifty', () => {
  const input = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, 1]))
  expect(issuesOf(inputOf({}), input)).toHaveLength(50)
  expect(issuesOf(z.array(z.string()), Array(10_000).fill(1))).toHaveLength(50)
})
