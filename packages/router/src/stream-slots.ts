import { DomainError } from '@taskwire/domain'
import type { LimitStore } from './limits/counter.ts'
import { createRounds } from './rounds.ts'
import { createStreamLeases, type StreamLease } from './stream-leases.ts'

/** Open streams of a user at most, and of an address, behind which there may be an office. */
const STREAMS_PER_USER = 10
const STREAMS_PER_ADDRESS = 200
/** Seconds after which a stream that had to go may be opened again; until then its client asks from time to time. */
const RETRY_AFTER = 60
/** Milliseconds between two looks at the streams of the other processes: one that has to go goes this late at most. */
const RENEWAL_INTERVAL = 4_000

/** Whose stream it is; the address is null for those who come by no network. */
export interface StreamOwner {
  userId: string
  address: string | null
}

/** A stream's place, until it is disposed of. */
export interface StreamSlot extends Disposable {
  /** Aborts when the stream has to go, with the error that says when to come back. */
  readonly signal: AbortSignal
}

/** Counts open streams: with Redis those of all processes, without it or while it is away those of this one. */
export interface StreamSlots {
  /**
   * Takes a place: of a user who has none left, that of the oldest stream.
   *
   * @throws DomainError RATE_LIMITED when the address has none left
   */
  take(owner: StreamOwner): Promise<StreamSlot>
  /** Open streams of this process. */
  count(): number
}

interface OpenStream {
  lease: StreamLease
  /** Looks again and again at the streams of the other processes. */
  renewal: Disposable | null
  ended: AbortController
}

/** @param pseudonym under which streams are counted in Redis */
export function createStreamSlots({ redis, multiplier }: LimitStore, pseudonym: (name: string) => string): StreamSlots {
  const most = { ofUser: STREAMS_PER_USER * multiplier, ofAddress: STREAMS_PER_ADDRESS * multiplier }
  const leases = redis === null ? null : createStreamLeases(redis, { most, pseudonym })
  const renewals = createRounds(RENEWAL_INTERVAL)
  const open = new Set<OpenStream>()
  // The same by user and by address, the oldest first.
  const groups = new Map<string, Set<OpenStream>>()

  function countOf(group: string): number {
    return groups.get(group)?.size ?? 0
  }

  function enter(stream: OpenStream): void {
    open.add(stream)
    for (const group of groupsOf(stream.lease)) groups.set(group, (groups.get(group) ?? new Set()).add(stream))
  }

  /** At once, even where a reader who does not read holds the stream up. */
  function leave(stream: OpenStream): void {
    if (!open.delete(stream)) return
    for (const group of groupsOf(stream.lease)) {
      groups.get(group)?.delete(stream)
      if (countOf(group) === 0) groups.delete(group)
    }
    stream.renewal?.[Symbol.dispose]()
    leases?.release(stream.lease)
  }

  function displace(stream: OpenStream): void {
    leave(stream)
    stream.ended.abort(tooMany())
  }

  async function renew(stream: OpenStream): Promise<void> {
    try {
      const outcome = await leases?.keep(stream.lease)
      if (outcome === 'refused' || outcome === 'displaced') displace(stream)
      // It has left meanwhile, and what it had was not known yet.
      else if (!open.has(stream)) leases?.release(stream.lease)
    } catch {
      // Redis is away: until it is back this process counts alone.
    }
  }

  return {
    async take(owner) {
      const [ofUser = '', ofAddress = ''] = groupsOf(owner)
      if (countOf(ofAddress) >= most.ofAddress) throw tooMany()
      const lease = { ...owner, openedAt: performance.now(), name: null }
      const stream: OpenStream = { lease, renewal: null, ended: new AbortController() }
      enter(stream)
      const [oldest] = groups.get(ofUser) ?? []
      if (oldest !== undefined && countOf(ofUser) > most.ofUser) displace(oldest)
      if (leases !== null) {
        await renew(stream)
        stream.ended.signal.throwIfAborted()
        stream.renewal = renewals.join(() => void renew(stream))
      }
      return { signal: stream.ended.signal, [Symbol.dispose]: () => leave(stream) }
    },
    count: () => open.size,
  }
}

function groupsOf({ userId, address }: StreamOwner): string[] {
  return address === null ? [`user ${userId}`] : [`user ${userId}`, `address ${address}`]
}

function tooMany(): DomainError<'RATE_LIMITED'> {
  return new DomainError('RATE_LIMITED', { retryAfter: RETRY_AFTER })
}
