import fc from 'fast-check'
import { describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { sentenceOf } from './faults.ts'
import * as contract from './index.ts'
import { toValidationIssues } from './issues.ts'
import { complaintsOf, fieldsOf, plausibleInput } from './testing/index.ts'

/** Other values in each run of the suite: `pnpm test:services` takes ten times as many as `pnpm test`. */
const RUNS = inject('testServer') === undefined ? 200 : 2_000
const CANARY = 'canary-7f3a'

const inputs = Object.entries<unknown>({ ...contract }).flatMap(([name, schema]) =>
  name.endsWith('InputSchema') && schema instanceof z.ZodType ? [{ name, schema }] : [],
)
const fieldNames = new Set(inputs.flatMap(({ schema }) => Object.keys(fieldsOf(schema))))

test('inputs of every kind are tried', () => {
  const names = inputs.map(({ name }) => name.replace('InputSchema', ''))
  expect(names).toEqual(
    expect.arrayContaining(['register', 'taskCreate', 'taskUpdateMany', 'tagUpdate', 'changeStream']),
  )
  expect(names.length).toBeGreaterThanOrEqual(20)
})

const hostileValue = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
  fc.constantFrom(Number.NaN, -0, '\0', '\ud800', '', new Date(Number.NaN), new Date(8.64e15), [], {}),
)

describe.each(inputs)('$name', ({ schema }) => {
  const keys = fc.constantFrom(...fieldNames, '__proto__', 'constructor', 'userId')
  const plausible = plausibleInput(schema)
  const hostileInput = fc.oneof(hostileValue, fc.dictionary(fc.oneof(keys, fc.string()), hostileValue))

  test('is parsed or refused, never more than that', () => {
    fc.assert(
      fc.property(fc.oneof(plausible, hostileInput), (input) => {
        const result = schema.safeParse(input)
        if (!result.success) {
          const issues = toValidationIssues(result.error)
          expect(issues.length).toBeGreaterThan(0)
          expect(new Set(issues.map(({ path }) => path)).size).toBe(issues.length)
          for (const { code, params, message } of issues) {
            expect(code).not.toBe('INVALID')
            expect(message).toBe(sentenceOf(code, JSON.parse(JSON.stringify(params))))
          }
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('means the same when what was accepted is sent again', () => {
    fc.assert(
      fc.property(plausible, (input) => {
        const first = schema.safeParse(input)
        fc.pre(first.success)
        expect(schema.parse(first.data)).toEqual(first.data)
      }),
      { numRuns: RUNS / 4, maxSkipsPerRun: 1_000 },
    )
  })

  test('is refused in words for people, without repeating values', () => {
    fc.assert(
      fc.property(fc.dictionary(keys, fc.constantFrom(CANARY, [CANARY], { [CANARY]: 1 }, 7, true, null)), (input) => {
        const result = schema.safeParse(input)
        for (const { message } of result.success ? [] : toValidationIssues(result.error)) {
          expect(message).not.toMatch(/expected|received|invalid|undefined|NaN|canary/i)
          expect(message).toMatch(/^[A-Z]/)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('takes no field that it does not name', () => {
    const result = schema.safeParse({ userId: 'somebody-else' })
    expect(result.success ? [] : complaintsOf(result.error)).toContainEqual({
      path: 'userId',
      message: 'Unknown field',
    })
  })
})
