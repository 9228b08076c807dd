import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizeTagName, tagCreateInputSchema, tagListSchema, tagUpdateInputSchema } from './tag.ts'
import { complaintsOf } from './testing/index.ts'

const id = '0193b0a0-7c00-7000-8000-000000000001'

describe('a new tag', () => {
  test('has its name trimmed, its colour and id in lower case', () => {
    expect(tagCreateInputSchema.parse({ id: id.toUpperCase(), name: ' Home ', color: '#AABBCC' })).toEqual({
      id,
      name: 'Home',
      color: '#aabbcc',
    })
  })

  test.each(['red', '#abc', '#aabbccdd', 'aabbcc', '#ggbbcc', ' #aabbcc', '#aabbcc\n', ''])('cannot be %j', (color) => {
    const result = tagCreateInputSchema.safeParse({ name: 'Home', color })
    expect(result.error && complaintsOf(result.error)).toEqual([
      { path: 'color', message: 'Color must look like #1e90ff' },
    ])
  })

  test('has a name of 1 to 50 code points', () => {
    expect(tagCreateInputSchema.safeParse({ name: '😀'.repeat(50) }).success).toBe(true)
    expect(tagCreateInputSchema.safeParse({ name: '😀'.repeat(51) }).success).toBe(false)
    expect(tagCreateInputSchema.safeParse({ name: ' ' }).success).toBe(false)
  })
})

describe('a changed tag', () => {
  test('keeps apart what is absent and what is cleared', () => {
    expect(tagUpdateInputSchema.parse({ id, color: null })).toEqual({ id, color: null })
    expect(tagUpdateInputSchema.parse({ id, version: 3, name: 'Work' })).toEqual({ id, version: 3, name: 'Work' })
  })

  test.each([{ id }, { id, version: 3 }, { id, name: undefined }])('needs a change: %j', (input) => {
    const result = tagUpdateInputSchema.safeParse(input)
    expect(result.error && complaintsOf(result.error)).toEqual([
      { path: '', message: 'Nothing to change: send name or color' },
    ])
  })
})

describe('two tag names are the same', () => {
  test.each([
    ['Home', 'hOME'],
    ['Café  Nord', ' café nord '],
    ['Cafe\u0301', 'Café'],
    ['ＨＯＭＥ', 'home'],
    ['a\u00a0b', 'a\tb'],
  ])('%j and %j', (one, other) => {
    expect(normalizeTagName(one)).toBe(normalizeTagName(other))
  })

  test('whenever their keys are, and a key is its own key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const key = normalizeTagName(name)
        expect(normalizeTagName(key)).toBe(key)
      }),
      { numRuns: 20_000 },
    )
  })

  test('and no name has an empty key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }), (name) => {
        expect(normalizeTagName(name) === '').toBe(name.trim() === '')
      }),
      { numRuns: 20_000 },
    )
  })
})

test('a list of tags shows no column that it does not name', () => {
  const now = new Date()
  const tag = {
    id,
    name: 'Home',
    color: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    taskCount: 2,
  }
  expect(tagListSchema.parse([{ ...tag, userId: 'u', nameKey: 'home' }])).toEqual([tag])
})
