import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Backoff, backoff } from './backoff.ts'
import { defaultTiming } from './timing.ts'

let random = 0
beforeEach(() => {
  random = 0
  vi.spyOn(Math, 'random').mockImplementation(() => random)
})
afterEach(() => vi.restoreAllMocks())

const waits = (timing: Backoff, failures: number[]) => failures.map((count) => backoff(count, timing))

test('a call is repeated after 300 ms, and then after four times as long each time, up to 10 s', () => {
  expect(waits(defaultTiming.repeat, [1, 2, 3, 4, 5])).toEqual([300, 1_200, 4_800, 10_000, 10_000])
})

test('a stream is opened again after 300 ms, and then after twice as long each time, up to 6.6 s', () => {
  expect(waits(defaultTiming.reconnect, [1, 2, 3, 5, 6, 100])).toEqual([300, 600, 1_200, 4_800, 6_600, 6_600])
})

test('a wait is up to half as long again, so that clients do not come back all at once', () => {
  random = 0.999_999
  expect(backoff(1, defaultTiming.reconnect)).toBeCloseTo(450, 2)
  // Somebody who looks at the page waits 10 s at most, and one that nobody looks at 30 s.
  expect(backoff(100, defaultTiming.reconnect)).toBeLessThan(10_000)
  expect(backoff(100, { ...defaultTiming.reconnect, longest: defaultTiming.longestUnseen })).toBeLessThanOrEqual(30_000)
})

test('no wait is shorter than the server asks for', () => {
  expect(backoff(1, defaultTiming.repeat, 7_000)).toBe(7_000)
  expect(backoff(9, defaultTiming.repeat, 7_000)).toBe(10_000)
})

test('without a stream the client asks every 5 s, and it gives a stream up that is silent for 40 s', () => {
  expect(defaultTiming).toMatchObject({ pollInterval: 5_000, streamSilence: 40_000 })
})
