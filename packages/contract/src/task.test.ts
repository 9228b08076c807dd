import { describe, expect, test } from 'vitest'
import {
  type Task,
  taskCreateForm,
  taskCreateInputSchema,
  taskIdInputSchema,
  taskSchema,
  taskUpdateInputSchema,
} from './task.ts'
import { taskDeleteManyInputSchema } from './task-bulk.ts'
import { complaintsOf } from './testing/index.ts'

const id = '0193b0a0-7c00-7000-8000-000000000001'

function faultsOf(result: ReturnType<typeof taskCreateInputSchema.safeParse | typeof taskUpdateInputSchema.safeParse>) {
  return result.success ? [] : complaintsOf(result.error)
}

describe('a new task', () => {
  test.each([
    [{ title: '' }, ['Title must have 1 to 200 characters']],
    [{ title: `${'x'.repeat(200)}\n\n.` }, ['Title must have 1 to 200 characters']],
    [{ title: 'a\0' }, ['Title contains characters that cannot be stored']],
    [{ title: 'a', nope: 1, neither: 2 }, ['Unknown field: nope, neither']],
    ['Write', ['Input must be an object']],
  ])('tells a form each fault once, in words for people: %j', (input, messages) => {
    expect(taskCreateForm.safeParse(input).error?.issues.map(({ message }) => message)).toEqual(messages)
  })

  test('needs a title and nothing else', () => {
    expect(taskCreateInputSchema.parse({ title: ' Write ' })).toEqual({ title: 'Write' })
    expect(faultsOf(taskCreateInputSchema.safeParse({}))).toEqual([{ path: 'title', message: 'Title is required' }])
  })

  test('carries each tag once', () => {
    expect(taskCreateInputSchema.parse({ title: 'Write', tagIds: [id, id.toUpperCase()] }).tagIds).toEqual([id])
  })

  test('carries at most 50 different tags', () => {
    const tagIds = Array.from({ length: 51 }, (_, index) => id.slice(0, -2) + String(index).padStart(2, '0'))
    expect(faultsOf(taskCreateInputSchema.safeParse({ title: 'Write', tagIds }))).toEqual([
      { path: 'tagIds', message: 'At most 50 tags' },
    ])
    expect(taskCreateInputSchema.parse({ title: 'Write', tagIds: tagIds.slice(1) }).tagIds).toHaveLength(50)
  })

  test('may name a tag twice, and has room for 50 others', () => {
    const tagIds = Array.from({ length: 50 }, (_, index) => `${id.slice(0, -2)}${String(index).padStart(2, '0')}`)
    const repeated = [...tagIds, tagIds[0]?.toUpperCase() ?? '', ...tagIds]
    expect(taskCreateInputSchema.parse({ title: 'Write', tagIds: repeated }).tagIds).toEqual(tagIds)
    expect(taskDeleteManyInputSchema.parse({ ids: [...repeated, ...repeated] }).ids).toEqual(tagIds)
  })

  test('has a description of at most 10 000 code points', () => {
    expect(taskCreateInputSchema.safeParse({ title: 'a', description: '😀'.repeat(10_000) }).success).toBe(true)
    expect(faultsOf(taskCreateInputSchema.safeParse({ title: 'a', description: 'a'.repeat(10_001) }))).toEqual([
      { path: 'description', message: 'Description must have at most 10000 characters' },
    ])
  })

  test.each([
    new Date(Number.NaN),
    new Date('0000-12-31T23:59:59.999Z'),
    new Date('+010000-01-01T00:00:00.000Z'),
    '2026-11-21T09:00:00.000Z',
    1_763_715_600_000,
  ])('is not due at %s', (dueAt) => {
    expect(faultsOf(taskCreateInputSchema.safeParse({ title: 'a', dueAt }))).toEqual([
      { path: 'dueAt', message: 'Not a valid date' },
    ])
  })

  test.each(['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])('can be due at %s', (dueAt) => {
    expect(taskCreateInputSchema.parse({ title: 'a', dueAt: new Date(dueAt) }).dueAt).toEqual(new Date(dueAt))
  })

  test('tells all its faults at once', () => {
    const input = { title: '', completed: 'yes', dueAt: 'soon', tagIds: ['x'], userId: id }
    expect(faultsOf(taskCreateInputSchema.safeParse(input))).toEqual([
      { path: 'title', message: 'Title must have 1 to 200 characters' },
      { path: 'completed', message: 'Completed must be true or false' },
      { path: 'dueAt', message: 'Not a valid date' },
      { path: 'tagIds.0', message: 'Id must be a UUID' },
      { path: 'userId', message: 'Unknown field' },
    ])
  })
})

describe('a changed task', () => {
  test('keeps apart what is absent and what is cleared', () => {
    expect(taskUpdateInputSchema.parse({ id, dueAt: null, description: null })).toEqual({
      id,
      dueAt: null,
      description: null,
    })
    expect(taskUpdateInputSchema.parse({ id, tagIds: [] })).toEqual({ id, tagIds: [] })
  })

  test.each([{ id }, { id, version: 1 }, { id, title: undefined }])('needs a change: %j', (input) => {
    expect(faultsOf(taskUpdateInputSchema.safeParse(input))).toEqual([
      { path: '', message: 'Nothing to change: send title, description, completed, dueAt or tagIds' },
    ])
  })

  test.each([-1, 1.5, 2 ** 31, Number.NaN, '3'])('cannot be based on version %s', (version) => {
    expect(faultsOf(taskUpdateInputSchema.safeParse({ id, version, title: 'a' }))).toEqual([
      { path: 'version', message: 'Version must be a whole number from 0 to 2147483647' },
    ])
  })
})

describe('an id', () => {
  test.each([
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    'c232ab00-9414-11ec-b3c8-9f6bdeced846',
    '9E107D9D-372B-4C8E-8F3A-1B2C3D4E5F60',
    id,
  ])('can be %s, in lower case', (uuid) => {
    expect(taskIdInputSchema.parse({ id: uuid })).toEqual({ id: uuid.toLowerCase() })
  })

  test.each(['', 'x', `${id} `, `{${id}}`, id.replaceAll('-', ''), `${id}\n`, id.replace('-8000', '-0000')])(
    'cannot be %j',
    (uuid) => {
      expect(taskIdInputSchema.safeParse({ id: uuid }).success).toBe(false)
    },
  )
})

test('a task shows no column that it does not name', () => {
  const now = new Date()
  const tag = { id, name: 'Home', color: '#aabbcc' }
  const task: Task = {
    id,
    title: 'Write',
    description: null,
    completed: false,
    completedAt: null,
    dueAt: now,
    tags: [tag],
    version: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }
  expect(taskSchema.parse({ ...task, userId: 'u', tags: [{ ...tag, nameKey: 'home' }] })).toEqual(task)
})
