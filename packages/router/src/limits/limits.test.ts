import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLimits, type LimitName } from './limits.ts'

const policy: [name: LimitName, points: number, seconds: number][] = [
  ['loginsPerAddress', 30, 300],
  ['registrationsPerAddress', 10, 300],
  ['refreshesPerAddress', 600, 60],
  ['anonymousCallsPerAddress', 300, 60],
  ['refreshesPerSession', 60, 60],
  ['callsPerUser', 600, 60],
  ['signInsPerNetwork', 60, 300],
  ['passwordCallsPerUser', 20, 300],
  ['passwordCallsPerNetwork', 120, 300],
]

const pseudonym = (name: string) => name

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test.each(policy)('%s: %i, and again when the window of %i s is over', async (name, points, seconds) => {
  const { consume } = createLimits({ redis: null, multiplier: 1 }, pseudonym)
  for (let left = points - 1; left >= 0; left--) {
    expect(await consume(name, 'key')).toEqual({
      limit: points,
      remaining: left,
      resetSeconds: seconds,
      exceeded: false,
    })
  }
  vi.setSystemTime(Date.now() + (seconds - 1) * 1_000)
  expect(await consume(name, 'key')).toEqual({ limit: points, remaining: 0, resetSeconds: 1, exceeded: true })
  expect(await consume(name, 'other key')).toMatchObject({ remaining: points - 1, exceeded: false })
  vi.setSystemTime(Date.now() + 1_000)
  expect(await consume(name, 'key')).toMatchObject({ remaining: points - 1, resetSeconds: seconds, exceeded: false })
})

test('a multiplier multiplies them all', async () => {
  const { consume } = createLimits({ redis: null, multiplier: 7 }, pseudonym)
  for (const [name, points] of policy) {
    expect(await consume(name, 'key')).toMatchObject({ limit: points * 7, remaining: points * 7 - 1 })
  }
})

test('what counts for one limit does not count for another', async () => {
  const { consume } = createLimits({ redis: null, multiplier: 1 }, pseudonym)
  for (const [name, points] of policy) {
    expect(await consume(name, 'key')).toMatchObject({ remaining: points - 1 })
  }
})
