import { isLockTimeout, isWriteConflict } from './errors.ts'

const RETRIES = 3
const RETRIES_OF_WAITS = 1
/** Milliseconds; doubled at each attempt and jittered, so that those who collided do not meet again. */
const FIRST_PAUSE = 10

/**
 * Does work that is rolled back whole when it fails, a transaction or a single statement, and does it again when it has
 * lost a deadlock or a serialization conflict; once more, too, when it has waited in vain for a lock: while others sort
 * out a deadlock, those behind them wait for longer than a lock is waited for.
 */
export async function repeatConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      const retries = isWriteConflict(error) ? RETRIES : isLockTimeout(error) ? RETRIES_OF_WAITS : 0
      if (attempt >= retries) throw error
      const pause = FIRST_PAUSE * 2 ** attempt
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
    }
  }
}
