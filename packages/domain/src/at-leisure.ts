import { setTimeout as sleep } from 'node:timers/promises'

/** How long the database is left to others after a piece of work, as a multiple of what that took. */
const REST = 1.5
/** Milliseconds. */
const LONGEST_REST = 2_000

/**
 * Does a piece of work that nobody waits for, and then lets others have the database: work that is done in such pieces
 * takes two fifths of a connection.
 *
 * @param signal aborted when there is no time to rest
 * @returns what the work gave, and the milliseconds that it took
 */
export async function atLeisure<T>(
  work: () => Promise<T>,
  signal?: AbortSignal | undefined,
): Promise<{ result: T; took: number }> {
  const start = performance.now()
  const result = await work()
  const took = performance.now() - start
  await sleep(Math.min(took * REST, LONGEST_REST), undefined, { signal }).catch(() => {})
  return { result, took }
}
