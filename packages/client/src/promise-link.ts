import type { AppRouter } from '@taskwire/router'
import type { Operation, OperationLink, TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { reasonOf } from './abort.ts'

/** Passes a call on, any number of times. @returns what the procedure answered */
export type Send = (operation: Operation) => Promise<unknown>

/** What comes next on the way of a call. */
export type Next = Parameters<OperationLink<AppRouter>>[0]['next']

/** A link as a function that answers a query or mutation; subscriptions pass it by. */
export function promiseLink(answer: (operation: Operation, send: Send) => Promise<unknown>): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) => {
      if (op.type === 'subscription') return next(op)
      const send: Send = async (operation) => {
        // Otherwise a batch would send the call although it is aborted.
        if (operation.signal?.aborted) throw reasonOf(operation.signal)
        return answerOf(next, operation)
      }
      return observable((observer) => {
        answer(op, send).then(
          (data) => {
            observer.next({ result: { type: 'data', data } })
            observer.complete()
          },
          (error) => observer.error(error),
        )
      })
    }
}

/** What a query or mutation is answered. */
export function answerOf(next: Next, operation: Operation): Promise<unknown> {
  return new Promise((resolve, reject) => {
    next(operation).subscribe({
      next: ({ result }) => resolve('data' in result ? result.data : undefined),
      error: reject,
    })
  })
}
