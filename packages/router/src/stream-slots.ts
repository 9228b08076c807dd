import { DomainError } from '@taskwire/domain'

/** Open streams of a user at most, and of an address, behind which there may be an office. */
const STREAMS_PER_USER = 3
const STREAMS_PER_ADDRESS = 200
/** Seconds after which a place may be free. */
const RETRY_AFTER = 10

/** Counts the open streams of this process. */
export interface StreamSlots {
  /** Takes a place, until it is disposed of. @throws DomainError RATE_LIMITED */
  take(owner: { userId: string; address: string | null }): Disposable
}

export function createStreamSlots({ multiplier }: { multiplier: number }): StreamSlots {
  const open = new Map<string, number>()

  function change(key: string, by: number): void {
    const count = (open.get(key) ?? 0) + by
    if (count === 0) open.delete(key)
    else open.set(key, count)
  }

  return {
    take({ userId, address }) {
      const limits = [{ key: `user ${userId}`, most: STREAMS_PER_USER }]
      if (address !== null) limits.push({ key: `address ${address}`, most: STREAMS_PER_ADDRESS })
      if (limits.some(({ key, most }) => (open.get(key) ?? 0) >= most * multiplier)) {
        throw new DomainError('RATE_LIMITED', { retryAfter: RETRY_AFTER })
      }
      for (const { key } of limits) change(key, 1)
      return {
        [Symbol.dispose]() {
          for (const { key } of limits) change(key, -1)
        },
      }
    },
  }
}
