import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { apiTokenCreateInputSchema, apiTokenIdInputSchema } from './api-token.ts'
import { changePasswordInputSchema, deleteAccountInputSchema, loginInputSchema, registerInputSchema } from './auth.ts'
import { changeListInputSchema, changeStreamInputSchema } from './change.ts'
import { toValidationIssues } from './issues.ts'
import { sessionIdInputSchema } from './session.ts'
import { tagCreateInputSchema, tagIdInputSchema, tagUpdateInputSchema } from './tag.ts'
import {
  taskCreateInputSchema,
  taskDeleteInputSchema,
  taskIdInputSchema,
  taskSetCompletedInputSchema,
  taskUpdateInputSchema,
} from './task.ts'
import { taskDeleteManyInputSchema, taskUpdateManyInputSchema } from './task-bulk.ts'
import { taskListInputSchema } from './task-list.ts'

const RUNS = 2_000
const CANARY = 'canary-7f3a'

const id = fc.uuid()
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }))
const date = fc.date({ noInvalidDate: false })
const tagIds = fc.array(id, { maxLength: 60 })

function plausible(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  return fc.record(fields, { requiredKeys: [] })
}

const taskFields = {
  title: text,
  description: fc.option(text),
  completed: fc.boolean(),
  dueAt: fc.option(date),
  tagIds,
}
const tagFields = { name: text, color: fc.constantFrom('#AABBCC', '#123abc', 'red', null) }
const credentials = { email: fc.oneof(fc.emailAddress(), text), password: text }
const version = fc.integer({ min: -1 })

const inputs: [name: string, schema: z.ZodType, plausible: fc.Arbitrary<unknown>][] = [
  ['auth.register', registerInputSchema, plausible(credentials)],
  ['auth.login', loginInputSchema, plausible(credentials)],
  [
    'auth.changePassword',
    changePasswordInputSchema,
    plausible({ currentPassword: text, newPassword: text, keepApiTokens: fc.boolean() }),
  ],
  ['auth.deleteAccount', deleteAccountInputSchema, plausible({ password: text })],
  ['session.revoke', sessionIdInputSchema, plausible({ id })],
  ['apiToken.create', apiTokenCreateInputSchema, plausible({ name: text, password: text, expiresAt: fc.option(date) })],
  ['apiToken.revoke', apiTokenIdInputSchema, plausible({ id })],
  ['change.list', changeListInputSchema, plausible({ since: version, limit: fc.integer({ min: 0, max: 501 }) })],
  [
    'change.stream',
    changeStreamInputSchema,
    plausible({ since: version, lastEventId: fc.oneof(text, fc.nat().map(String)) }),
  ],
  [
    'task.updateMany',
    taskUpdateManyInputSchema,
    plausible({ ids: tagIds, completed: fc.boolean(), addTagIds: tagIds, removeTagIds: tagIds }),
  ],
  ['task.deleteMany', taskDeleteManyInputSchema, plausible({ ids: tagIds })],
  ['task.get', taskIdInputSchema, plausible({ id })],
  ['task.create', taskCreateInputSchema, plausible({ id, ...taskFields })],
  ['task.update', taskUpdateInputSchema, plausible({ id, version, ...taskFields })],
  ['task.setCompleted', taskSetCompletedInputSchema, plausible({ id, version, completed: fc.boolean() })],
  ['task.delete', taskDeleteInputSchema, plausible({ id, version })],
  [
    'task.list',
    taskListInputSchema,
    plausible({
      limit: fc.integer({ min: 0, max: 101 }),
      cursor: fc.option(fc.base64String({ maxLength: 20 })),
      offset: fc.integer({ min: -1, max: 10_001 }),
      completed: fc.boolean(),
      tagIds,
      search: text,
      dueAfter: date,
      dueBefore: date,
      deleted: fc.boolean(),
      sort: fc.constantFrom('createdAt', 'updatedAt', 'dueAt', 'title', 'id'),
      order: fc.constantFrom('asc', 'desc', 'random'),
      withTotal: fc.boolean(),
      direction: fc.constantFrom('forward', 'backward'),
    }),
  ],
  ['tag.create', tagCreateInputSchema, plausible({ id, ...tagFields })],
  ['tag.update', tagUpdateInputSchema, plausible({ id, version, ...tagFields })],
  ['tag.delete', tagIdInputSchema, plausible({ id })],
]

const hostileValue = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
  fc.constantFrom(Number.NaN, -0, '\0', '\ud800', '', new Date(Number.NaN), new Date(8.64e15), [], {}),
)

describe.each(inputs)('the input of %s', (_, schema, plausibleInput) => {
  const keys = fc.constantFrom('id', 'title', 'name', 'email', 'cursor', 'tagIds', '__proto__', 'constructor', 'userId')
  const hostileInput = fc.oneof(hostileValue, fc.dictionary(fc.oneof(keys, fc.string()), hostileValue))

  test('is parsed or refused, never more than that', () => {
    fc.assert(
      fc.property(fc.oneof(plausibleInput, hostileInput), (input) => {
        const result = schema.safeParse(input)
        if (!result.success) {
          const issues = toValidationIssues(result.error)
          expect(issues.length).toBeGreaterThan(0)
          expect(new Set(issues.map(({ path }) => path)).size).toBe(issues.length)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('means the same when what was accepted is sent again', () => {
    fc.assert(
      fc.property(plausibleInput, (input) => {
        const first = schema.safeParse(input)
        fc.pre(first.success)
        expect(schema.parse(first.data)).toEqual(first.data)
      }),
      { numRuns: RUNS / 10, maxSkipsPerRun: 1_000 },
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
    expect(result.success ? [] : toValidationIssues(result.error)).toContainEqual({
      path: 'userId',
      message: 'Unknown field',
    })
  })
})
