import type { EndedCall } from '@taskwire/router'

/** What each user has called in the last minute or two. */
export interface RecentCalls {
  ended(call: EndedCall): void
  /** The procedures that a user has called most, and how often. */
  of(userId: string): Record<string, number>
}

const MINUTE = 60_000
/** Users that are counted in a minute. */
const MAX_USERS = 10_000
const NAMED = 5

type Counts = Map<string, Map<string, number>>

export function createRecentCalls(): RecentCalls {
  let began = performance.now()
  let current: Counts = new Map()
  let previous: Counts = new Map()

  function turn(): void {
    const passed = performance.now() - began
    if (passed < MINUTE) return
    previous = passed < 2 * MINUTE ? current : new Map()
    current = new Map()
    began = performance.now()
  }

  return {
    ended({ userId, procedure }) {
      if (userId === null) return
      turn()
      const counts = current.get(userId) ?? new Map<string, number>()
      if (current.size >= MAX_USERS && !current.has(userId)) return
      current.set(userId, counts)
      counts.set(procedure, (counts.get(procedure) ?? 0) + 1)
    },
    of(userId) {
      turn()
      const sums = new Map(current.get(userId))
      for (const [procedure, count] of previous.get(userId) ?? []) {
        sums.set(procedure, (sums.get(procedure) ?? 0) + count)
      }
      return Object.fromEntries([...sums].sort(([, one], [, other]) => other - one).slice(0, NAMED))
    },
  }
}
