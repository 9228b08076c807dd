import type { Query, QueryClient } from '@tanstack/react-query'
import { type Backoff, backoff } from '../backoff.ts'
import { isTaskwireError, waitAskedBy } from '../error.ts'
import { isCached } from './cached-queries.ts'

/** How long to wait before queries are read again, in milliseconds. */
export interface RereadTiming {
  /** For more changes, so that many at once cause one read. */
  gather: number
  /** From one read to the next while changes keep coming. */
  pause: Backoff
  /** After a read that failed. */
  failure: Backoff
  /** For a mutation that is under way, at most. */
  longestHold: number
}

export const defaultRereadTiming: RereadTiming = {
  gather: 100,
  pause: { first: 2_000, growth: 2, longest: 30_000 },
  failure: { first: 1_000, growth: 2, longest: 30_000 },
  longestHold: 10_000,
}

export interface RereadOptions {
  queryClient: QueryClient
  timing: RereadTiming
  /** Whether mutations are under way for whose end reads wait, though no longer than `longestHold`. */
  isHeldUp(): boolean
}

/** Reads again what could not be patched: all at once, and seldom. */
export interface Rereads {
  /** Has a query read again; one at which nobody looks is read when somebody does. */
  ask(query: Query): void
  /** The query has been read since it was asked for. */
  done(query: Query): void
  /** Nothing holds the reads up any more. */
  release(): void
  stop(): void
}

export function createRereads({ queryClient, timing, isHeldUp }: RereadOptions): Rereads {
  const wanted = new Set<Query>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isReading = false
  let isStopped = false
  let rounds = 0
  let failures = 0
  let earliest = Number.NEGATIVE_INFINITY
  // Since when mutations hold reads up, one after the other.
  let heldSince: number | undefined
  let lastRead = Number.NEGATIVE_INFINITY

  function schedule(): void {
    if (timer !== undefined || isReading || isStopped || wanted.size === 0) return
    readIn(Math.max(timing.gather, earliest - performance.now()))
  }

  function readIn(milliseconds: number): void {
    timer = setTimeout(() => {
      timer = undefined
      const wait = waitForMutations()
      if (wait > 0) readIn(wait)
      else readAgain()
    }, milliseconds)
  }

  function waitForMutations(): number {
    heldSince = isHeldUp() ? (heldSince ?? performance.now()) : undefined
    return heldSince === undefined ? 0 : heldSince + timing.longestHold - performance.now()
  }

  async function readAgain(): Promise<void> {
    isReading = true
    for (const query of wanted) {
      if (!isCached(queryClient, query)) wanted.delete(query)
      else if (!canBeRead(query)) leave(query)
    }
    const pause = pauseAfter(rounds)
    rounds = performance.now() - lastRead < 2 * pause ? rounds + 1 : 1
    lastRead = performance.now()
    await queryClient.refetchQueries({ predicate: (query) => wanted.has(query) && !isReadingMore(query) })
    isReading = false
    if (isStopped) return
    earliest = performance.now() + Math.max(pauseAfter(rounds), waitAfterFailures())
    schedule()
  }

  /** Where somebody looks, a stale query is read when it is looked at again. */
  function leave(query: Query): void {
    wanted.delete(query)
    query.invalidate()
  }

  function pauseAfter(round: number): number {
    const { first, growth, longest } = timing.pause
    return Math.min(first * growth ** Math.max(0, round - 1), longest)
  }

  function waitAfterFailures(): number {
    const errors = [...wanted].flatMap(({ state: { error } }) => (error === null ? [] : [error]))
    for (const query of wanted) if (query.state.error !== null && !canPass(query.state.error)) wanted.delete(query)
    failures = errors.length === 0 ? 0 : failures + 1
    return failures === 0 ? 0 : backoff(failures, timing.failure, Math.max(...errors.map(waitAskedBy)))
  }

  return {
    ask(query) {
      if (!canBeRead(query)) return leave(query)
      wanted.add(query)
      schedule()
    },
    done: (query) => wanted.delete(query),
    release() {
      clearTimeout(timer)
      timer = undefined
      schedule()
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

function canBeRead(query: Query): boolean {
  return query.isActive() && !query.isDisabled()
}

/** Whether somebody waits for one more page: reading all of them again would end that. They are read when it has come. */
function isReadingMore({ state }: Query): boolean {
  return state.fetchStatus !== 'idle' && state.fetchMeta?.fetchMore !== undefined
}

/** Whether another try may help: the server was away, or there were too many calls. */
function canPass(error: unknown): boolean {
  if (!isTaskwireError(error)) return true
  const { httpStatus = 503 } = error.data
  return httpStatus >= 500 || httpStatus === 429
}
