import { DomainError } from '@taskwire/domain'
import { RateLimiterRes } from 'rate-limiter-flexible'
import { createCounter, type LimitStore, takeBack } from './counter.ts'

/** Slows down who guesses a password, and never locks the account: the wait is for whoever has failed alone. */
export interface PasswordThrottle {
  /**
   * Runs an attempt, which fails by INVALID_CREDENTIALS where the password is wrong. The fifth failure in a row is
   * followed by a wait of a minute, each further one by twice that, up to 15 minutes.
   *
   * @param guesser who is told from whom: an account from an address or, where somebody is signed in, a session
   * @throws DomainError RATE_LIMITED instead of running it
   */
  guard<T>(guesser: string, attempt: () => Promise<T>): Promise<T>
}

const FREE_FAILURES = 5
const FIRST_WAIT_SECONDS = 60
const LONGEST_WAIT_SECONDS = 15 * 60
/** How long failures are remembered, from the first one. */
const MEMORY_SECONDS = 24 * 3_600

export function createPasswordThrottle(store: LimitStore, pseudonym: (name: string) => string): PasswordThrottle {
  const freeFailures = FREE_FAILURES * store.multiplier
  const unmultiplied = { ...store, multiplier: 1 }
  const failures = createCounter(unmultiplied, {
    name: 'passwordFailures',
    points: Number.MAX_SAFE_INTEGER,
    seconds: MEMORY_SECONDS,
  })
  // Lets one attempt through a window, which each failure makes longer.
  const gate = createCounter(unmultiplied, { name: 'passwordGate', points: 1, seconds: FIRST_WAIT_SECONDS })

  return {
    async guard(guesser, attempt) {
      const key = pseudonym(guesser)
      // Counted before it is known to fail, so that a hundred attempts at once are not a hundred first ones.
      const { consumedPoints } = await failures.consume(key)
      const excess = consumedPoints - freeFailures
      if (excess >= 0) {
        const wait = Math.min(FIRST_WAIT_SECONDS * 2 ** excess, LONGEST_WAIT_SECONDS)
        await gate.consume(key, 1, { customDuration: wait }).catch(async (rejection: unknown) => {
          await takeBack(failures, key)
          throw rejection instanceof RateLimiterRes ? tooMany(rejection) : rejection
        })
      }
      try {
        const result = await attempt()
        await Promise.all([failures.delete(key), gate.delete(key)])
        return result
      } catch (error) {
        // A server that was too busy to look has learnt nothing about the password.
        if (!(error instanceof DomainError) || error.reason !== 'INVALID_CREDENTIALS') {
          await takeBack(failures, key)
          if (excess >= 0) await gate.delete(key)
        }
        throw error
      }
    },
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes): DomainError<'RATE_LIMITED'> {
  return new DomainError('RATE_LIMITED', { retryAfter: Math.max(1, Math.ceil(msBeforeNext / 1_000)) })
}
