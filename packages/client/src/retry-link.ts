import type { AppRouter } from '@taskwire/router'
import type { Operation, TRPCLink } from '@trpc/client'
import { delay } from './abort.ts'
import { type Backoff, backoff } from './backoff.ts'
import { isTaskwireError, waitAskedBy } from './error.ts'
import { promiseLink } from './promise-link.ts'

const MAX_TRIES = 3

/** Milliseconds. A call that would wait longer, for all its tries together, is handed to the caller instead. */
const MAX_TOTAL_WAIT = 10_000

const CREATES = new Set(['task.create', 'tag.create'])

/** Safe twice: a second refresh gets the same answer, and a second logout finds nothing left to end. */
const REPEATABLE = new Set(['auth.refresh', 'auth.restore', 'auth.logout'])

/**
 * Repeats what is safe to repeat when the network fails or the server is not available: queries, and mutations that
 * have the same effect when they are done twice. Everything else goes to the caller at once.
 *
 * @param waits how long to wait where the server does not say it
 */
export function retryLink(waits: Backoff): TRPCLink<AppRouter> {
  return promiseLink(async (operation, send) => {
    let waited = 0
    for (let tries = 1; ; tries += 1) {
      try {
        return await send(operation)
      } catch (error) {
        if (!isRepeatable(operation) || tries === MAX_TRIES || !isPassing(error)) throw error
        // A server that answers says how long to wait. For a network that fails we have to guess.
        const wait = backoff(tries, isAnswered(error) ? { ...waits, first: 0 } : waits, waitAskedBy(error))
        if (waited + wait > MAX_TOTAL_WAIT) throw error
        waited += wait
        await delay(wait, operation.signal)
      }
    }
  })
}

function isRepeatable({ type, path, input }: Operation): boolean {
  return type === 'query' || REPEATABLE.has(path) || (CREATES.has(path) && hasId(input))
}

function hasId(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'id' in input && input.id !== undefined
}

function isAnswered(error: unknown): boolean {
  return isTaskwireError(error) && error.reason !== 'NETWORK'
}

/** Whether another try may help. */
function isPassing(error: unknown): boolean {
  return isTaskwireError(error) && (error.reason === 'NETWORK' || error.data.httpStatus === 503)
}
