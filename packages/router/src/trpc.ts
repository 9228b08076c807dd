import { wire } from '@taskwire/contract'
import { initTRPC, type TRPCError } from '@trpc/server'
import type { Context } from './context.ts'
import type { ErrorShape } from './error-shape.ts'
import { toErrorShape, withCodeOfReason } from './errors.ts'
import { requestIdOf } from './request-id.ts'

const t = initTRPC.context<Context>().create({
  transformer: wire,
  // Whatever NODE_ENV says: no stack leaves the server.
  isDev: false,
  errorFormatter: ({ error, ctx }): ErrorShape => toErrorShape(error, ctx?.request.requestId ?? requestIdOf(error)),
})

export const { router, createCallerFactory } = t

const withReasons = t.middleware(async ({ next }) => {
  const result = await next()
  if (!result.ok) throw withCodeOfReason(result.error as TRPCError)
  return result
})

/** For everybody. Every procedure starts from this one or from `protectedProcedure`. */
export const publicProcedure = t.procedure.use(withReasons)

/** For callers who are known: `ctx.userId` is whose things the call is about. */
export const protectedProcedure = publicProcedure.use(({ ctx, next }) => {
  const { caller } = ctx
  if (caller instanceof Error) throw caller
  return next({ ctx: { caller, userId: caller.userId } })
})
