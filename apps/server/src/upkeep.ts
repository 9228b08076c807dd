import { setTimeout as sleep } from 'node:timers/promises'
import { purge, removeDeletedAccounts } from '@taskwire/domain'
import type { Services } from '@taskwire/router'
import type { Logger } from 'pino'
import type { Metrics } from './metrics/metrics.ts'

/** What the server does by itself, while it serves. */
export interface Upkeep {
  /** Lets the statement under way come to its end; another process goes on, or the next start. */
  stop(): Promise<void>
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Milliseconds from one look for what is left of deleted accounts to the next. */
const REMOVAL_INTERVAL = 5_000

/** Purges some minutes after the start and then every hour, and removes the rows of deleted accounts. */
export function startUpkeep(services: Pick<Services, 'db' | 'quotas'>, noted: Noted): Upkeep {
  const stopping = new AbortController()
  const { signal } = stopping
  const work = [
    // Processes that are started together do not purge together.
    repeat({ first: MINUTE + Math.random() * 4 * MINUTE, signal }, () => purgeOnce(services, { ...noted, signal })),
    repeat({ first: Math.random() * REMOVAL_INTERVAL, signal }, removal(services, { ...noted, signal })),
  ]
  return {
    async stop() {
      stopping.abort()
      await Promise.all(work)
    },
  }
}

/** Where it is noted what was done. */
interface Noted {
  logger: Logger
  metrics: Pick<Metrics, 'purged' | 'purgeFailed'>
}

interface Attending extends Noted {
  signal: AbortSignal
}

/** @returns milliseconds until the next time */
async function purgeOnce({ db, quotas }: Pick<Services, 'db' | 'quotas'>, { logger, metrics, signal }: Attending) {
  try {
    const purged = await purge(db, quotas, { signal })
    metrics.purged(purged)
    logger.info({ purged }, 'Purged what was deleted long ago')
    return HOUR
  } catch (error) {
    metrics.purgeFailed()
    logger.warn({ err: error }, 'Purging failed; it is tried again in 5 minutes')
    return 5 * MINUTE
  }
}

function removal({ db }: Pick<Services, 'db'>, { logger, signal }: Attending): () => Promise<number> {
  let failed = false
  return async () => {
    try {
      const accounts = await removeDeletedAccounts(db, { signal })
      if (accounts > 0) logger.info({ accounts }, 'Removed what was left of deleted accounts')
      failed = false
    } catch (error) {
      // Once, until it goes well again: it is tried every few seconds.
      if (!failed) logger.warn({ err: error }, 'Removing deleted accounts failed; it is tried again')
      failed = true
    }
    return REMOVAL_INTERVAL
  }
}

/**
 * Does work again and again, until it is stopped.
 *
 * @param first milliseconds until the first time
 * @param work gives the milliseconds until the next
 */
async function repeat(
  { first, signal }: { first: number; signal: AbortSignal },
  work: () => Promise<number>,
): Promise<void> {
  for (let pause = first; ; ) {
    await sleep(pause, undefined, { signal, ref: false }).catch(() => {})
    if (signal.aborted) return
    pause = await work()
  }
}
