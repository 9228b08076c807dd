import { describe, expect, test } from 'vitest'
import { taskListInputSchema } from './task-list.ts'
import { complaintsOf } from './testing/index.ts'

const defaults = { limit: 20, deleted: false, sort: 'createdAt', order: 'desc', withTotal: false }

function faultsOf(input: unknown) {
  const result = taskListInputSchema.safeParse(input)
  return result.success ? [] : complaintsOf(result.error)
}

describe('a list of tasks', () => {
  test.each([[undefined], [{}], [{ search: '  ', cursor: null }]])('needs no input: %j', (input) => {
    expect(taskListInputSchema.parse(input)).toEqual(defaults)
  })

  test('can be asked by an infinite query of tRPC', () => {
    expect(taskListInputSchema.parse({ cursor: 'abc', direction: 'forward' })).toEqual({ ...defaults, cursor: 'abc' })
    expect(faultsOf({ direction: 'backward' })).toEqual([{ path: 'direction', message: 'Pages go forward only' }])
  })

  test.each([0, 101, 1.5, Number.NaN, '20', null])('has no pages of %s', (limit) => {
    expect(faultsOf({ limit })).toEqual([{ path: 'limit', message: 'Limit must be a whole number from 1 to 100' }])
  })

  test.each([-1, 10_001, 0.5])('does not skip %s', (offset) => {
    expect(faultsOf({ offset })).toEqual([{ path: 'offset', message: 'Offset must be a whole number from 0 to 10000' }])
  })

  test('is continued by cursor or by offset, not by both', () => {
    expect(taskListInputSchema.parse({ offset: 0, cursor: null })).toEqual({ ...defaults, offset: 0 })
    expect(faultsOf({ cursor: 'abc', offset: 0 })).toEqual([
      { path: 'offset', message: 'Send either cursor or offset, not both' },
    ])
  })

  test.each(['', 'a b', 'ümlaut', 'a\0', 'a'.repeat(2_049), 7])('does not begin at the cursor %j', (cursor) => {
    expect(faultsOf({ cursor })).toEqual([
      { path: 'cursor', message: 'Not a valid cursor: send the nextCursor of the page before' },
    ])
  })

  test('is due between a moment and a later one', () => {
    const [dueAfter, dueBefore] = [new Date('2026-11-21T00:00:00Z'), new Date('2026-11-22T00:00:00Z')]
    expect(taskListInputSchema.parse({ dueAfter, dueBefore })).toEqual({ ...defaults, dueAfter, dueBefore })
    for (const faulty of [
      { dueAfter: dueBefore, dueBefore: dueAfter },
      { dueAfter, dueBefore: dueAfter },
    ]) {
      expect(faultsOf(faulty)).toEqual([{ path: 'dueBefore', message: 'Due before must be later than due after' }])
    }
  })

  test('is searched by at most 200 code points, trimmed', () => {
    expect(taskListInputSchema.parse({ search: ` ${'😀'.repeat(200)} ` }).search).toBe('😀'.repeat(200))
    expect(faultsOf({ search: 'a'.repeat(201) })).toEqual([
      { path: 'search', message: 'Search must have at most 200 characters' },
    ])
  })

  test('is sorted only by what it can be sorted by', () => {
    expect(faultsOf({ sort: 'version', order: 'up' })).toEqual([
      { path: 'sort', message: 'Sort must be one of createdAt, updatedAt, dueAt, title' },
      { path: 'order', message: 'Order must be one of asc, desc' },
    ])
  })
})
