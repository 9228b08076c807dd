import { DomainError } from '@taskwire/domain'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPasswordThrottle, type PasswordThrottle } from './password-throttle.ts'

const account = 'ada@example.com 192.0.2.1'
const pseudonym = (name: string) => name
const MINUTE = 60

let throttle: PasswordThrottle
let attempts: number
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  throttle = createPasswordThrottle({ redis: null, multiplier: 1 }, pseudonym)
  attempts = 0
})
afterEach(() => {
  vi.useRealTimers()
})

type Outcome = 'right' | 'wrong' | 'overloaded'

/** @returns how the attempt ended, or the seconds to wait before one is made */
async function attempt(outcome: Outcome, of = account, by = throttle): Promise<Outcome | number> {
  try {
    return await by.guard(of, async () => {
      attempts += 1
      if (outcome === 'wrong') throw new DomainError('INVALID_CREDENTIALS')
      if (outcome === 'overloaded') throw new DomainError('OVERLOADED', { retryAfter: 2 })
      return outcome
    })
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const { details, reason } = error
    if (reason === 'RATE_LIMITED' && details !== undefined && 'retryAfter' in details) return details.retryAfter
    return reason === 'OVERLOADED' ? 'overloaded' : 'wrong'
  }
}

async function repeat(times: number, outcome: Outcome): Promise<(Outcome | number)[]> {
  const outcomes: (Outcome | number)[] = []
  for (let index = 0; index < times; index++) outcomes.push(await attempt(outcome))
  return outcomes
}

function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1_000)
}

test('five wrong passwords are free; then a wait that doubles from a minute to a quarter of an hour', async () => {
  expect(await repeat(5, 'wrong')).toEqual(Array(5).fill('wrong'))
  for (const minutes of [1, 2, 4, 8, 15, 15, 15]) {
    expect(await attempt('right')).toBe(minutes * MINUTE)
    pass(minutes * MINUTE - 1)
    expect(await attempt('right')).toBe(1)
    pass(1)
    expect(await attempt('wrong')).toBe('wrong')
  }
})

test('trying while one waits makes the wait no longer', async () => {
  await repeat(5, 'wrong')
  expect(await repeat(100, 'wrong')).toEqual(Array(100).fill(MINUTE))
  pass(MINUTE)
  expect(await attempt('wrong')).toBe('wrong')
  expect(await attempt('wrong')).toBe(2 * MINUTE)
})

test('the right password ends the count', async () => {
  await repeat(4, 'wrong')
  expect(await attempt('right')).toBe('right')
  await repeat(5, 'wrong')
  pass(MINUTE)
  expect(await attempt('right')).toBe('right')
  expect(await repeat(5, 'wrong')).toEqual(Array(5).fill('wrong'))
})

test('another address, and another account, have not failed', async () => {
  await repeat(6, 'wrong')
  expect(await attempt('right', 'ada@example.com 192.0.2.2')).toBe('right')
  expect(await attempt('right', 'eve@example.com 192.0.2.1')).toBe('right')
  expect(await attempt('right')).toBe(MINUTE)
})

test('an attempt that the server was too busy to look at does not count', async () => {
  expect(await repeat(50, 'overloaded')).toEqual(Array(50).fill('overloaded'))
  await repeat(5, 'wrong')
  pass(MINUTE)
  expect(await repeat(3, 'overloaded')).toEqual(Array(3).fill('overloaded'))
  expect(await attempt('wrong')).toBe('wrong')
  expect(await attempt('wrong')).toBe(2 * MINUTE)
})

test('nothing that is given back becomes a credit', async () => {
  const succeeded = throttle.guard(account, async () => 'right')
  const busy = Array.from({ length: 3 }, () =>
    throttle.guard(account, async () => {
      await succeeded
      throw new DomainError('OVERLOADED', { retryAfter: 2 })
    }),
  )
  await Promise.allSettled(busy)
  await repeat(5, 'wrong')
  expect(await attempt('wrong')).toBe(MINUTE)
})

describe('a hundred attempts at once', () => {
  const atOnce = async (by: PasswordThrottle) => {
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => attempt('wrong', account, by)))
    return outcomes.filter((outcome) => outcome === 'wrong').length
  }

  test('are five', async () => {
    expect(await atOnce(throttle)).toBe(5)
    expect(attempts).toBe(5)
  })

  test('are one when the wait is over', async () => {
    await atOnce(throttle)
    pass(MINUTE)
    expect(await atOnce(throttle)).toBe(1)
  })

  test('are ten where limits are doubled', async () => {
    expect(await atOnce(createPasswordThrottle({ redis: null, multiplier: 2 }, pseudonym))).toBe(10)
  })
})

test('failures are forgotten a day after the first of them', async () => {
  await repeat(5, 'wrong')
  pass(24 * 60 * MINUTE)
  expect(await repeat(5, 'wrong')).toEqual(Array(5).fill('wrong'))
})
