import { nothingSchema, revokedSessionsSchema, sessionIdInputSchema, sessionListSchema } from '@taskwire/contract'
import { listSessions, revokeOtherSessions, revokeSession } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { sessionProcedure } from './trpc.ts'

export const sessionRouter = {
  /** Where the user is signed in. Fails with `FORBIDDEN` by an API token. */
  list: sessionProcedure
    .meta({ rest: { method: 'GET', path: '/sessions', summary: 'Where the user is signed in' } })
    .output(sessionListSchema)
    .query(({ ctx }) => listSessions(ctx.db, ctx.identity, { userId: ctx.userId, sessionId: ctx.sessionId })),

  /** Ends one of the user's sessions. Fails with `NOT_FOUND`, `FORBIDDEN` by an API token. */
  revoke: sessionProcedure
    .meta({
      rest: {
        method: 'DELETE',
        path: '/sessions/{id}',
        status: 204,
        summary: "Ends one of the user's sessions",
        fails: ['NOT_FOUND'],
      },
    })
    .input(sessionIdInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      await revokeSession(ctx.db, ctx.identity, { ...input, userId: ctx.userId })
      return null
    }),

  /** Ends all of the user's sessions but the one of this call. Fails with `FORBIDDEN` by an API token. */
  revokeOthers: sessionProcedure
    .meta({
      rest: {
        method: 'DELETE',
        path: '/sessions',
        summary: "Ends all of the user's sessions but the one of this call",
      },
    })
    .output(revokedSessionsSchema)
    .mutation(({ ctx }) => revokeOtherSessions(ctx.db, ctx.identity, { userId: ctx.userId, sessionId: ctx.sessionId })),
} satisfies TRPCRouterRecord
