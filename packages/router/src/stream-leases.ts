import type { LimitRedis } from './limits/counter.ts'

/** A stream's entry among those of its user and its address, in Redis, which all processes share. */
export interface StreamLease {
  userId: string
  address: string | null
  /** When the stream was opened, in milliseconds of `performance.now()`. */
  openedAt: number
  /** Begins with when the stream was opened, by Redis's clock: the newer, the greater. Null before it is known there. */
  name: string | null
}

/** What became of a lease: kept; the address has too many streams; the user has newer ones in all places. */
export type LeaseOutcome = 'kept' | 'refused' | 'displaced'

export interface StreamLeases {
  /** Takes a lease, or prolongs it. Rejects while Redis is away. */
  keep(lease: StreamLease): Promise<LeaseOutcome>
  /** Gives it back. What cannot be given back ends by itself. */
  release(lease: StreamLease): void
}

/** Milliseconds after which the streams of a process that has crashed count no longer. */
const LEASE_LIFE = 20_000

/**
 * Each set holds leases with the end of each by Redis's clock. A stream looks for its own place at every renewal, so that
 * nobody has to tell it, and a Redis that has lost everything knows all streams again after one round.
 */
const KEEP = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, key in ipairs(KEYS) do redis.call('ZREMRANGEBYSCORE', key, '-inf', now) end

local name, id, age, life, mostOfUser, mostOfAddress = unpack(ARGV)
if name == '' then
  if KEYS[2] and redis.call('ZCARD', KEYS[2]) >= tonumber(mostOfAddress) then return {'refused', ''} end
  name = string.format('%016.0f', time[1] * 1000000 + time[2] - age) .. ' ' .. id
end

if redis.call('ZCARD', KEYS[1]) >= tonumber(mostOfUser) then
  local newer = 0
  for _, other in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if other > name then newer = newer + 1 end
  end
  if newer >= tonumber(mostOfUser) then
    for _, key in ipairs(KEYS) do redis.call('ZREM', key, name) end
    return {'displaced', name}
  end
end

for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + life, name)
  redis.call('PEXPIRE', key, life)
end
return {'kept', name}`

const RELEASE = `for _, key in ipairs(KEYS) do redis.call('ZREM', key, ARGV[1]) end`

interface StreamLeasesOptions {
  most: { ofUser: number; ofAddress: number }
  /** Under which streams are counted: whoever reads the store learns no address. */
  pseudonym(name: string): string
}

export function createStreamLeases(redis: LimitRedis, { most, pseudonym }: StreamLeasesOptions): StreamLeases {
  function keysOf({ userId, address }: StreamLease): string[] {
    const keys = [`taskwire:streams:user:${pseudonym(userId)}`]
    return address === null ? keys : [...keys, `taskwire:streams:address:${pseudonym(address)}`]
  }

  return {
    async keep(lease) {
      const keys = keysOf(lease)
      // In microseconds. It may have been opened while Redis was away.
      const age = Math.round((performance.now() - lease.openedAt) * 1_000)
      const values = [lease.name ?? '', crypto.randomUUID(), age, LEASE_LIFE, most.ofUser, most.ofAddress]
      const [outcome, name] = (await redis.eval(KEEP, keys.length, ...keys, ...values)) as [LeaseOutcome, string]
      if (outcome === 'kept') lease.name = name
      return outcome
    },
    release(lease) {
      if (lease.name === null) return
      const keys = keysOf(lease)
      redis.eval(RELEASE, keys.length, ...keys, lease.name).catch(() => {})
    },
  }
}
