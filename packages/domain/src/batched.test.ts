import { expect, test } from 'vitest'
import { batched } from './batched.ts'

test('questions of one moment are asked together, and each gets its own answer', async () => {
  const calls: number[][] = []
  const double = batched(async (numbers: number[]) => {
    calls.push(numbers)
    return numbers.map((number) => number * 2)
  })
  expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6])
  expect(await double(4)).toBe(8)
  expect(calls).toEqual([[1, 2, 3], [4]])
})

test('who asks while others wait for their answer is not mixed up with them', async () => {
  let answer = () => {}
  const echo = batched(async (words: string[]) => {
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    return words
  })
  const first = echo('first')
  await new Promise((resolve) => setTimeout(resolve, 5))
  const second = echo('second')
  answer()
  expect(await first).toBe('first')
  await new Promise((resolve) => setTimeout(resolve, 5))
  answer()
  expect(await second).toBe('second')
})

test('a failure is told to all who asked, and is over with them', async () => {
  let failing = true
  const fragile = batched(async (words: string[]) => {
    if (failing) throw new Error('away')
    return words
  })
  const results = await Promise.allSettled([fragile('a'), fragile('b')])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  failing = false
  expect(await fragile('c')).toBe('c')
})
