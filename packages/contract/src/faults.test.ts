import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fault, sentenceOf, type ValidationIssueCode, validationIssueCodes } from './faults.ts'
import * as contract from './index.ts'
import { toValidationIssues } from './issues.ts'

const id = '0199c0de-0000-7000-8000-000000000000'

/** An input for each code that a schema of the contract gives. */
const cases: [code: ValidationIssueCode, params: object, schema: z.ZodType, input: unknown][] = [
  ['REQUIRED', { label: 'Title' }, contract.taskCreateInputSchema, {}],
  [
    'REQUIRED',
    { label: 'New password' },
    contract.changePasswordInputSchema,
    { currentPassword: 'x', newPassword: '' },
  ],
  ['UNKNOWN_FIELD', {}, contract.taskIdInputSchema, { id, userId: id }],
  ['NOT_AN_OBJECT', {}, contract.taskIdInputSchema, id],
  ['NOT_TEXT', { label: 'Title' }, contract.taskCreateInputSchema, { title: 1 }],
  ['TOO_LONG', { label: 'Search', max: 200 }, contract.taskListInputSchema, { search: 'x'.repeat(201) }],
  ['TOO_LONG', { label: 'Password', max: 1_024 }, contract.deleteAccountInputSchema, { password: 'x'.repeat(1_025) }],
  ['WRONG_LENGTH', { label: 'Title', min: 1, max: 200 }, contract.taskCreateInputSchema, { title: '\u200b' }],
  ['TOO_MANY_BYTES', { label: 'Password', max: 72 }, contract.registerInputSchema, registrationBy('ä'.repeat(37))],
  ['TOO_MANY_BYTES', { label: 'Password', max: 72 }, contract.registerInputSchema, registrationBy('x'.repeat(1_025))],
  ['UNSTORABLE_CHARACTERS', { label: 'Name' }, contract.tagCreateInputSchema, { name: 'a\0' }],
  ['UNUSABLE_CHARACTERS', { label: 'Password' }, contract.registerInputSchema, registrationBy('a\0')],
  ['NOT_ONE_LINE', { label: 'Title' }, contract.taskCreateInputSchema, { title: 'a\tb' }],
  ['CARRIAGE_RETURNS', { label: 'Description' }, contract.taskUpdateInputSchema, { id, description: 'a\r\nb' }],
  ['CONTROL_CHARACTERS', { label: 'Description' }, contract.taskUpdateInputSchema, { id, description: 'a\x1b' }],
  ['NOT_AN_EMAIL', { label: 'Email' }, contract.loginInputSchema, { email: 'ada', password: 'x' }],
  ['NOT_A_UUID', { label: 'Id' }, contract.taskIdInputSchema, { id: 'x' }],
  ['NOT_A_LIST_OF_IDS', { label: 'Tags' }, contract.taskListInputSchema, { tagIds: id }],
  ['TOO_FEW', { label: 'Tasks', min: 1 }, contract.taskDeleteManyInputSchema, { ids: [] }],
  ['TOO_MANY', { label: 'Tasks', max: 100 }, contract.taskDeleteManyInputSchema, { ids: manyIds(101) }],
  ['NOT_A_WHOLE_NUMBER', { label: 'Limit', min: 1, max: 100 }, contract.taskListInputSchema, { limit: 1.5 }],
  ['NOT_A_WHOLE_NUMBER', { label: 'Limit', min: 1, max: 500 }, contract.changeListInputSchema, { limit: 501 }],
  ['NOT_TRUE_OR_FALSE', { label: 'Completed' }, contract.taskListInputSchema, { completed: 1 }],
  ['NOT_ONE_OF', { label: 'Order', choices: ['asc', 'desc'] }, contract.taskListInputSchema, { order: 'up' }],
  ['NOT_A_DATE', { label: 'Due date' }, contract.taskUpdateInputSchema, { id, dueAt: new Date(8.64e15) }],
  [
    'NOT_LATER',
    { label: 'Due before', than: 'Due after' },
    contract.taskListInputSchema,
    { dueAfter: new Date(1), dueBefore: new Date(0) },
  ],
  ['NOT_A_COLOR', { label: 'Color', example: '#1e90ff' }, contract.tagUpdateInputSchema, { id, color: 'red' }],
  ['NOT_A_VERSION', { label: 'Last event id' }, contract.changeStreamInputSchema, { lastEventId: 'x' }],
  ['NOTHING_TO_CHANGE', { fields: ['name', 'color'] }, contract.tagUpdateInputSchema, { id }],
  ['NOT_A_CURSOR', {}, contract.taskListInputSchema, { cursor: 'a b' }],
  ['CURSOR_AND_OFFSET', {}, contract.taskListInputSchema, { cursor: 'x', offset: 1 }],
  ['FORWARD_ONLY', {}, contract.taskListInputSchema, { direction: 'backward' }],
]

/** What only verbs find out: their own tests expect them. */
const found = [
  'TOO_SHORT',
  'NOT_IN_THE_FUTURE',
  'TOO_MANY_TAGS',
  'CURSOR_OF_ANOTHER_LIST',
  'PASSWORD_CONTAINS_EMAIL',
  'PASSWORD_TOO_COMMON',
  'PASSWORD_IS_PRODUCT_NAME',
  'PASSWORD_TOO_EASY',
  'IDENTITY_TAKEN',
] satisfies ValidationIssueCode[]

function registrationBy(password: string) {
  return { email: 'ada@example.com', password }
}

function manyIds(count: number): string[] {
  return Array.from({ length: count }, () => crypto.randomUUID())
}

describe('an issue says for programs what its message says for people', () => {
  test.each(cases)('%s %o', (code, params, schema, input) => {
    const { error } = schema.safeParse(input)
    const [issue] = error === undefined ? [] : toValidationIssues(error)
    expect(issue).toEqual({ path: expect.any(String), message: sentenceOf(code, params as never), code, params })
  })

  test('by every code that there is', () => {
    const expected = new Set(['INVALID', ...found, ...cases.map(([code]) => code)])
    expect([...expected].toSorted()).toEqual(validationIssueCodes.toSorted())
  })
})

test('a rule of somebody else’s, which has no code, is told in its own words', () => {
  const { error } = z.object({ size: z.number('Size must be a number') }).safeParse({ size: 'large' })
  expect(error && toValidationIssues(error)).toEqual([
    { path: 'size', message: 'Size must be a number', code: 'INVALID', params: {} },
  ])
})

test('a form that validates by itself finds the code on the issue of zod', () => {
  const schema = z.string({ error: fault('NOT_TEXT', { label: 'Title' }) })
  expect(schema.safeParse(1).error?.issues).toMatchObject([
    { message: 'Title must be text', fault: { code: 'NOT_TEXT', params: { label: 'Title' } } },
  ])
})
