import type { RunningCall } from '@taskwire/router'

/** What one user has under way of one procedure. */
export interface Share {
  userId: string | null
  procedure: string
  calls: number
  /** Milliseconds for which the longest is under way. */
  longest: number
}

const NAMED = 3

/** Who takes most of what there is for all, right now: of calls that are under way, not of streams. */
export function greediest(running: Iterable<RunningCall>): Share[] {
  const now = performance.now()
  const shares = new Map<string, Share>()
  for (const { procedure, type, startedAt, userId } of running) {
    if (type === 'subscription') continue
    const user = userId()
    const key = `${user} ${procedure}`
    const share = shares.get(key) ?? { userId: user, procedure, calls: 0, longest: 0 }
    shares.set(key, share)
    share.calls += 1
    share.longest = Math.max(share.longest, Math.round(now - startedAt))
  }
  return [...shares.values()]
    .sort((one, other) => other.calls - one.calls || other.longest - one.longest)
    .slice(0, NAMED)
}

/** Such as `user 0199… with task.list (12 calls, 2104 ms)`. */
export function shareInWords({ userId, procedure, calls, longest }: Share): string {
  return `${userId === null ? 'somebody' : `user ${userId}`} with ${procedure} (${calls} calls, ${longest} ms)`
}
