import type { AppRouter } from '@taskwire/router'
import { isTRPCClientError, type Operation } from '@trpc/client'
import { pause } from './abort.ts'
import { isTaskwireError } from './error.ts'
import { promiseLink } from './promise-link.ts'

const MAX_TRIES = 3

/** Milliseconds that a call waits before its second try, unless the server says how long; each later wait is longer. */
const FIRST_DELAY = 300
const DELAY_GROWTH = 4

/** Milliseconds. A call that would wait longer, for all its tries together, is handed to the caller instead. */
const MAX_TOTAL_DELAY = 10_000

const CREATES = new Set(['task.create', 'tag.create'])

/** The server answers the same to a second refresh, and nothing is left to end for a second logout. */
const REPEATABLE = new Set(['auth.refresh', 'auth.logout'])

/**
 * Repeats what is safe to repeat when the network fails or the server is not available: queries, and mutations of which
 * two have the effect of one. Everything else goes to the caller at once.
 */
export const retryLink = promiseLink(async (operation, send) => {
  let waited = 0
  for (let tries = 1; ; tries += 1) {
    try {
      return await send(operation)
    } catch (error) {
      const delay = isRepeatable(operation) && tries < MAX_TRIES ? delayAfter(error, tries) : null
      if (delay === null || waited + delay > MAX_TOTAL_DELAY) throw error
      waited += delay
      await pause(delay, operation.signal)
    }
  }
})

function isRepeatable({ type, path, input }: Operation): boolean {
  return type === 'query' || REPEATABLE.has(path) || (CREATES.has(path) && hasId(input))
}

function hasId(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'id' in input && input.id !== undefined
}

/** Milliseconds to wait after this failure, never less than the server asks for; null: another try would not help. */
function delayAfter(error: unknown, tries: number): number | null {
  const shortest = shortestDelay(error, tries)
  // Clients that failed together are not to come back together.
  return shortest === null ? null : shortest * (1 + Math.random() / 2)
}

function shortestDelay(error: unknown, tries: number): number | null {
  if (isTaskwireError(error)) return error.data.httpStatus === 503 ? error.data.retryAfter * 1_000 : null
  return isNetworkFailure(error) ? FIRST_DELAY * DELAY_GROWTH ** (tries - 1) : null
}

/** A network that fails is a TypeError of `fetch` (https://fetch.spec.whatwg.org/#dom-global-fetch). */
function isNetworkFailure(error: unknown): boolean {
  return isTRPCClientError<AppRouter>(error) && error.cause?.name === 'TypeError'
}
