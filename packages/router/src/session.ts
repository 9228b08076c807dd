import { nothingSchema, revokedSessionsSchema, sessionIdInputSchema, sessionListSchema } from '@taskwire/contract'
import { listSessions, revokeOtherSessions, revokeSession } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { sessionProcedure } from './trpc.ts'

export const sessionRouter = {
  list: sessionProcedure
    .output(sessionListSchema)
    .query(({ ctx }) => listSessions(ctx.db, ctx.identity, { userId: ctx.userId, sessionId: ctx.sessionId })),

  revoke: sessionProcedure
    .input(sessionIdInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      await revokeSession(ctx.db, ctx.identity, { ...input, userId: ctx.userId })
      return null
    }),

  revokeOthers: sessionProcedure
    .output(revokedSessionsSchema)
    .mutation(({ ctx }) => revokeOtherSessions(ctx.db, ctx.identity, { userId: ctx.userId, sessionId: ctx.sessionId })),
} satisfies TRPCRouterRecord
