import { expect, test } from 'vitest'
import { trendOf } from './trend.ts'

test('what grows by two in each sample has that slope, and its thirds differ', () => {
  expect(trendOf([10, 12, 14, 16, 18, 20, 22, 24, 26])).toEqual({ first: 12, last: 24, slope: 2 })
})

test('one outlier makes no trend', () => {
  const { first, last } = trendOf([5, 5, 5, 5, 5, 5, 5, 500, 5])
  expect(last).toBe(first)
})
