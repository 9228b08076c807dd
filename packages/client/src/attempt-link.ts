import type { AppRouter } from '@taskwire/router'
import { isTRPCClientError, type Operation, type TRPCClientError, type TRPCLink } from '@trpc/client'
import { reasonOf } from './abort.ts'
import { TaskwireError } from './error.ts'
import { LostAnswer } from './lost-answer.ts'
import { notify } from './notify.ts'
import type { CommonOptions } from './options.ts'
import { promiseLink } from './promise-link.ts'
import type { ProcedurePath } from './router-types.ts'

/** How often a call has been sent: one count for all its attempts, in the context of the call. */
export function newCount(): Record<string, unknown> {
  return { attempts: { count: 0 } }
}

/** Stands before the transport: one pass is one attempt at a call. Says of each failure why it is one. */
export function attemptLink(onCall: CommonOptions['onCall']): TRPCLink<AppRouter> {
  return promiseLink(async (operation, send) => {
    const path = operation.path as ProcedurePath
    const type = operation.type as 'query' | 'mutation'
    const attempt = countAttempt(operation)
    const beginning = performance.now()
    const tell = (error: unknown) =>
      notify(() => onCall?.({ path, type, ms: performance.now() - beginning, attempt, error }))
    try {
      const answer = await send(operation)
      tell(undefined)
      return answer
    } catch (cause) {
      const error = reasonIn(operation) ?? (isTRPCClientError<AppRouter>(cause) ? failureOf(cause, path) : cause)
      tell(error)
      throw error
    }
  })
}

/** Why the call was ended from here, such as by its time limit: `fetch` itself tells only that it was. */
function reasonIn({ signal }: Operation): unknown {
  return signal?.aborted ? reasonOf(signal) : undefined
}

function countAttempt({ context }: Operation): number {
  const attempts = context['attempts'] as { count: number }
  attempts.count += 1
  return attempts.count
}

function failureOf(error: TRPCClientError<AppRouter>, path: ProcedurePath): unknown {
  const { cause, data, message, meta, shape } = error
  if (data != null && shape != null) return new TaskwireError({ path, message, data, shape })
  if (cause instanceof LostAnswer) {
    return new TaskwireError({ path, message: cause.message, data: { reason: cause.reason }, cause: cause.cause })
  }
  // There was an answer, and it could not be read.
  if (meta !== undefined) return new TaskwireError({ path, message, data: { reason: 'BAD_ANSWER' }, cause })
  // The call could not be sent, such as for a value that nobody can write as JSON.
  return cause ?? error
}
