import type { AppRouter } from '@taskwire/router'
import {
  createTRPCClientProxy,
  type Operation,
  type TRPCClient,
  type TRPCLink,
  type TRPCUntypedClient,
} from '@trpc/client'
import { newCount } from './attempt-link.ts'
import { callerOf, FRAMES_OF_TRPC } from './caller.ts'
import { errorAt, isTaskwireError } from './error.ts'
import { answerOf, type Next } from './promise-link.ts'
import type { ProcedurePath } from './router-types.ts'
import { withLimits } from './time-limit.ts'

export interface CallsOptions {
  links: TRPCLink<AppRouter>[]
  limits: ClientLimits
}

/** What all calls of a client are subject to. */
export interface ClientLimits {
  /** Milliseconds for a call, all its tries together; 0 and Infinity: any time. */
  timeout: number
  /** Calls the listener when the client is closed. @returns what ends that */
  onClose?(listener: () => void): () => void
  /** Why no call can be made, where none can. */
  whyNot?(): Error | undefined
}

type Call = TRPCUntypedClient<AppRouter>['query']

/**
 * The calls that tRPC's proxy makes, which end by their signal at once, and fail with a `TaskwireError` that names the
 * caller. tRPC's own client is more: most of it are subscriptions, and `$changes` reads the one that there is.
 */
export function createCalls({ links, limits }: CallsOptions): TRPCClient<AppRouter> {
  const next = chain(links)
  const client: Pick<TRPCUntypedClient<AppRouter>, 'query' | 'mutation'> = {
    query: calling('query', { next, limits }),
    mutation: calling('mutation', { next, limits }),
  }
  return createTRPCClientProxy(client as TRPCUntypedClient<AppRouter>)
}

/** The first link, which passes a call on to the second, and so on. */
function chain(links: TRPCLink<AppRouter>[]): Next {
  return links
    .map((link) => link({}))
    .reduceRight<Next>(
      (next, link) => (op) => link({ op, next }),
      () => {
        throw new Error('The last link has to answer')
      },
    )
}

function calling(type: Operation['type'], { next, limits }: { next: Next; limits: ClientLimits }): Call {
  const { timeout, onClose, whyNot } = limits
  return async function call(path, input, options) {
    const caller = callerOf(call, FRAMES_OF_TRPC)
    const refusal = whyNot?.()
    if (refusal !== undefined) throw refusal
    const context = { ...options?.context, ...newCount() }
    try {
      return await withLimits({ path, timeout, signal: options?.signal, onClose }, (signal) =>
        answerOf(next, { id: 0, type, path, input, context, signal }),
      )
    } catch (error) {
      // An error of its own, also where many calls waited for the same refresh.
      throw isTaskwireError(error) ? errorAt(error, { path: path as ProcedurePath, frames: caller() }) : error
    }
  }
}

/** The same call; where it fails, the stack of its error begins at the caller of this function. */
export async function toldToCallerOf<T>(called: (...given: never[]) => unknown, call: Promise<T>): Promise<T> {
  const caller = callerOf(called)
  try {
    return await call
  } catch (error) {
    throw isTaskwireError(error) ? errorAt(error, { path: error.path, frames: caller() }) : error
  }
}
