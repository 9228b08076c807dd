import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import { createCounter, type LimitStore, takeBack } from './counter.ts'
import { createPasswordThrottle, type PasswordThrottle } from './password-throttle.ts'

/** How many calls in how many seconds; what is counted by is in the name. */
const policy = {
  loginsPerAddress: { points: 30, seconds: 300 },
  registrationsPerAddress: { points: 10, seconds: 300 },
  refreshesPerAddress: { points: 600, seconds: 60 },
  anonymousCallsPerAddress: { points: 300, seconds: 60 },
  refreshesPerSession: { points: 60, seconds: 60 },
  callsPerUser: { points: 600, seconds: 60 },
  signInsPerNetwork: { points: 60, seconds: 300 },
  passwordCallsPerUser: { points: 20, seconds: 300 },
  passwordCallsPerNetwork: { points: 120, seconds: 300 },
} as const

export type LimitName = keyof typeof policy

/** How much of a limit is left, as the `RateLimit-*` headers tell it. */
export interface LimitState {
  limit: number
  remaining: number
  /** Seconds until the window ends. */
  resetSeconds: number
  /** This call was one too many. */
  exceeded: boolean
}

export interface Limits {
  /** Charges a call: one point, or more for one that costs more. */
  consume(name: LimitName, key: string, points?: number): Promise<LimitState>
  /** Gives one call's charge back. */
  reward(name: LimitName, key: string): Promise<void>
  passwords: PasswordThrottle
}

/**
 * Rate limits, in Redis for all processes or in this process's memory.
 *
 * @param pseudonym under which something is counted: whoever reads the store learns no email and no address
 */
export function createLimits(store: LimitStore, pseudonym: (name: string) => string): Limits {
  const counters = new Map<LimitName, RateLimiterAbstract>()

  function counterOf(name: LimitName): RateLimiterAbstract {
    const known = counters.get(name)
    if (known !== undefined) return known
    const counter = createCounter(store, { name, ...policy[name] })
    counters.set(name, counter)
    return counter
  }

  return {
    passwords: createPasswordThrottle(store, pseudonym),
    async consume(name, key, points = 1) {
      const counter = counterOf(name)
      const { result, exceeded } = await counter.consume(pseudonym(key), points).then(
        (result) => ({ result, exceeded: false }),
        (rejection: unknown) => ({ result: asResult(rejection), exceeded: true }),
      )
      return {
        // Of the counter that has answered, which is a stricter one while Redis is away.
        limit: exceeded
          ? Math.min(counter.points, result.consumedPoints - points)
          : result.consumedPoints + result.remainingPoints,
        remaining: result.remainingPoints,
        resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)),
        exceeded,
      }
    },
    async reward(name, key) {
      await takeBack(counterOf(name), pseudonym(key))
    },
  }
}

/** The limiter rejects with its result when there is nothing left; what else it rejects with is an error. */
function asResult(rejection: unknown): RateLimiterRes {
  if (rejection instanceof RateLimiterRes) return rejection
  throw rejection
}
