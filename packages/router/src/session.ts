import { nothingSchema, revokedSessionsSchema, sessionIdInputSchema, sessionListSchema } from '@taskwire/contract'
import { countWorkingTokens, endOtherSessions, listSessions, revokeSession } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { sessionProcedure } from './trpc.ts'

export const sessionRouter = {
  list: sessionProcedure
    .output(sessionListSchema)
    .query(({ ctx }) => listSessions(ctx.db, ctx.userId, { currentSessionId: ctx.sessionId, policy: ctx.policy })),

  revoke: sessionProcedure
    .input(sessionIdInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      await revokeSession(ctx.db, ctx.userId, input)
      ctx.sessionCheck.forget(ctx.userId)
      ctx.audit({ event: 'sessionRevoked', userId: ctx.userId, sessionId: input.id })
      return null
    }),

  revokeOthers: sessionProcedure.output(revokedSessionsSchema).mutation(async ({ ctx }) => {
    const revoked = await endOtherSessions(ctx.db, ctx.userId, ctx.sessionId)
    ctx.sessionCheck.forget(ctx.userId)
    if (revoked > 0) ctx.audit({ event: 'sessionRevoked', userId: ctx.userId })
    return { revoked, apiTokens: await countWorkingTokens(ctx.db, ctx.userId) }
  }),
} satisfies TRPCRouterRecord
