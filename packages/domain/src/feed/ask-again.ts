import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorReason } from '@taskwire/contract'
import { toDomainError } from '../database-faults.ts'
import { DomainError } from '../domain-error.ts'

/** Milliseconds after which a question that gets no answer is given up: a database that fails over takes less. */
const PATIENCE = 30_000
/** Milliseconds between two tries, at first and at last. */
const FIRST_WAIT = 250
const LONGEST_WAIT = 1_000

/** RATE_LIMITED: the user's other calls have kept it from its turn. */
const PASSING: ReadonlySet<ErrorReason | undefined> = new Set(['TIMEOUT', 'UNAVAILABLE', 'RATE_LIMITED'])

/** Whether anybody still waits for the answer. */
interface Asking {
  signal: AbortSignal
  over(): boolean
}

/**
 * Asks the database, and where it cannot answer now asks again for 30 s, with a wait that grows to 1 s.
 *
 * @returns null where nobody waits for the answer any more
 */
export async function askAgain<T>(ask: () => Promise<T>, asking: Asking): Promise<T | null> {
  const giveUp = performance.now() + PATIENCE
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      return await ask()
    } catch (error) {
      if (!isPassing(error) || performance.now() > giveUp) throw error
    }
    // Hundreds of streams ask, and not all at the same moment.
    const milliseconds = wait * (1 + Math.random() / 2)
    await sleep(milliseconds, undefined, { signal: asking.signal }).catch(() => {})
    if (asking.over()) return null
  }
}

function isPassing(error: unknown): boolean {
  return PASSING.has((error instanceof DomainError ? error : toDomainError(error))?.reason)
}
