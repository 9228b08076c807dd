import { isWriteConflict } from './errors.ts'

const RETRIES = 3
/** Milliseconds; doubled at each attempt and jittered, so that those who collided do not meet again. */
const FIRST_PAUSE = 10

/**
 * Does work that is rolled back whole when it fails, a transaction or a single statement, and does it again when it has
 * lost a deadlock or a serialization conflict.
 */
export async function repeatConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === RETRIES || !isWriteConflict(error)) throw error
      const pause = FIRST_PAUSE * 2 ** attempt
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
    }
  }
}
