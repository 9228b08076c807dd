import { LRUCache } from 'lru-cache'
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible'

/** An ioredis client, or what runs scripts as it does. */
export interface LimitRedis {
  eval(script: string, keyCount: number, ...keysAndValues: (string | number)[]): Promise<unknown>
}

/** Where calls are counted. */
export interface LimitStore {
  /** Which all processes share; null: each process counts for itself. */
  redis: LimitRedis | null
  /** Multiplies every limit. */
  multiplier: number
}

/** While Redis is away each process counts alone, and gets this part of the limit: together they are not to exceed it. */
const INSURED_PART = 0.5

/** Keys of one limit that a process remembers; they can be made up. 20 000 take about 10 MB. */
const MAX_KEYS = 20_000

export function createCounter(
  { redis, multiplier }: LimitStore,
  { name, points, seconds }: { name: string; points: number; seconds: number },
): RateLimiterAbstract {
  const options = { keyPrefix: `taskwire:limit:${name}`, points: points * multiplier, duration: seconds }
  if (redis === null) return new BoundedMemory(options)
  return new RateLimiterRedis({
    ...options,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new BoundedMemory({ ...options, points: Math.max(1, options.points * INSURED_PART) }),
  })
}

/** Below nothing it would be a credit: the count was reset meanwhile, or Redis, which had it, is away. */
export async function takeBack(counter: RateLimiterAbstract, key: string): Promise<void> {
  const { consumedPoints } = await counter.reward(key)
  if (consumedPoints <= 0) await counter.delete(key)
}

/** Forgets the key that was counted longest ago when there are too many. */
class BoundedMemory extends RateLimiterMemory {
  readonly #recent = new LRUCache<string, true>({
    max: MAX_KEYS,
    dispose: (_, key, reason) => {
      if (reason === 'evict') void this.delete(key)
    },
  })

  override consume(...[key, points, options]: Parameters<RateLimiterMemory['consume']>) {
    this.#recent.set(String(key), true)
    return super.consume(key, points, options)
  }
}
