import { fromOrigin } from '@taskwire/domain'
import type { TRPCError } from '@trpc/server'
import { beginCallSpan } from './call-span.ts'
import type { Context } from './context.ts'
import type { EndedCall } from './ended-call.ts'
import { failureOf, reasonOf } from './errors.ts'

/** What a middleware is told of a call. */
interface ObservedCall<Result> {
  ctx: Context
  path: string
  type: EndedCall['type']
  next(): Promise<Result>
}

/**
 * Milliseconds after which the database is given up, so that whoever calls is told within 8 s whatever ails it. What it
 * takes to hash passwords comes on top.
 */
const CALL_TIME = 6_000

/** How a call may have ended. */
type Outcome = { ok: true; data: unknown } | { ok: false; error: TRPCError }

/**
 * The outermost middleware: tells of each call at its end, and the database whose statements its are. A stream's end is
 * that of what it yields.
 */
export async function observed<Result extends Outcome>({
  ctx,
  path,
  type,
  next,
}: ObservedCall<Result>): Promise<Result> {
  const { request } = ctx
  const startedAt = performance.now()
  const origin = {
    requestId: request.requestId,
    procedure: path,
    ...(type !== 'subscription' && { deadline: startedAt + CALL_TIME }),
  }
  const span = beginCallSpan(origin)
  const within = <T>(work: () => T) => span.within(() => fromOrigin(origin, work))
  const running = { request, procedure: path, type, startedAt, userId: ctx.presumedUserId }
  ctx.runningCalls.add(running)
  const end = ({ reason, cause }: Pick<EndedCall, 'reason' | 'cause'>) => {
    ctx.runningCalls.delete(running)
    const milliseconds = performance.now() - startedAt
    const userId = ctx.presumedUserId()
    span.end({ reason, userId })
    request.callEnded({ procedure: path, type, milliseconds, reason, userId, cause })
  }
  const result = await within(next)
  if (!result.ok) end({ reason: reasonOf(result.error), cause: result.error.cause ?? result.error })
  else if (type !== 'subscription') end(SUCCESS)
  else {
    const data = observedStream(result.data as AsyncIterable<unknown>, {
      each: within,
      closed: request.answer?.closed,
      end,
    })
    return { ...result, data }
  }
  return result
}

const SUCCESS = { reason: null, cause: undefined }

type Each = <T>(step: () => Promise<T>) => Promise<T>

interface StreamObserver {
  /** Does each of its steps. */
  each: Each
  /** Aborted when nobody reads any more; undefined where that is not known. */
  closed: AbortSignal | undefined
  end(ending: Pick<EndedCall, 'reason' | 'cause'>): void
}

/** The same stream, of whose end is told once. */
function observedStream(stream: AsyncIterable<unknown>, { each, closed, end }: StreamObserver): AsyncIterable<unknown> {
  let ended = false
  const endOnce: typeof end = (ending) => {
    if (ended) return
    ended = true
    closed?.removeEventListener('abort', leave)
    end(ending)
  }
  // Whoever has gone before the stream began never asks for it, nor ends it.
  const leave = () => endOnce(SUCCESS)
  if (closed?.aborted) leave()
  else closed?.addEventListener('abort', leave)
  return {
    [Symbol.asyncIterator]() {
      const iterator = stream[Symbol.asyncIterator]()
      return {
        async next() {
          try {
            const step = await each(() => iterator.next())
            if (step.done) endOnce(SUCCESS)
            return step
          } catch (error) {
            endOnce({ reason: failureOf(error).data.reason, cause: error })
            throw error
          }
        },
        async return(value: unknown) {
          endOnce(SUCCESS)
          return (await iterator.return?.(value)) ?? { done: true, value }
        },
      }
    },
  }
}
