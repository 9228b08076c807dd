import { DomainError } from '@taskwire/domain'
import { Semaphore } from 'async-mutex'

/** How much of a user's work is done at the database at once, of the pool's connections half at most. */
const MOST_AT_ONCE = 4
/** However high the multiplier is: the semaphore goes through its free turns one by one whenever it gets one back. */
const MOST_EVER = 1_000
/** Milliseconds that work waits for its turn. */
const PATIENCE = 2_000
/** Seconds after which a turn may be free. */
const RETRY_AFTER = 1

/** Nobody takes all of the database's connections: what a user asks for at once is done a few at a time, in its order. */
export interface Turns {
  /**
   * Does the work when it is its turn among the user's own.
   *
   * @param signal aborted when nobody waits for the work any more
   * @throws DomainError RATE_LIMITED when its turn does not come within 2 s
   */
  run<T>(userId: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** How much work waits now, and how much was refused so far. */
  load(): { waiting: number; refused: number }
}

/**
 * @param poolSize connections of this process to the database
 * @param multiplier of every limit
 */
export function createTurns({ poolSize, multiplier }: { poolSize: number; multiplier: number }): Turns {
  const unmultiplied = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(poolSize / 2)))
  const atOnce = Math.min(MOST_EVER, multiplier * unmultiplied)
  const users = new Map<string, Semaphore>()
  let waiting = 0
  let refused = 0

  async function take(userId: string): Promise<() => void> {
    const semaphore = users.get(userId) ?? new Semaphore(atOnce)
    users.set(userId, semaphore)
    const [, release] = await semaphore.acquire()
    return () => {
      release()
      if (semaphore.getValue() === atOnce) users.delete(userId)
    }
  }

  return {
    async run(userId, work, signal) {
      const turn = take(userId)
      waiting += 1
      const release = await withPatience(turn, signal)
      waiting -= 1
      if (release === null) {
        if (signal?.aborted !== true) refused += 1
        // Nobody can leave the queue: when this turn comes, it is passed on at once.
        void turn.then((pass) => pass())
        throw new DomainError('RATE_LIMITED', { retryAfter: RETRY_AFTER })
      }
      try {
        return await work()
      } finally {
        release()
      }
    },
    load: () => ({ waiting, refused }),
  }
}

/** @returns null when it takes too long, or nobody waits any more */
async function withPatience<T>(turn: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  let giveUp = () => {}
  const patience = new Promise<null>((resolve) => {
    giveUp = () => resolve(null)
  })
  const timer = setTimeout(giveUp, PATIENCE)
  signal?.addEventListener('abort', giveUp)
  try {
    return await Promise.race([turn, patience])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }
}
