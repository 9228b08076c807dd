import {
  apiTokenCreatedSchema,
  apiTokenCreateInputSchema,
  apiTokenIdInputSchema,
  apiTokenListSchema,
  nothingSchema,
} from '@taskwire/contract'
import { createOwnApiToken, listApiTokens, revokeApiToken } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { guardPassword } from './guard-password.ts'
import { alone, sessionProcedure } from './trpc.ts'

export const apiTokenRouter = {
  /**
   * Makes a token for an internal tool, which can be read in this answer alone.
   * Fails with `INVALID_CREDENTIALS`, `QUOTA_REACHED`, `FORBIDDEN` by another API token.
   */
  create: sessionProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/tokens',
        status: 201,
        summary: 'Makes a token for an internal tool, which can be read in this answer alone',
        fails: ['INVALID_CREDENTIALS', 'QUOTA_REACHED'],
        location: '/tokens/{apiToken.id}',
      },
    })
    .use(alone)
    .input(apiTokenCreateInputSchema)
    .output(apiTokenCreatedSchema)
    .mutation(({ ctx, input }) =>
      guardPassword(ctx, ctx.caller, () => createOwnApiToken(ctx.db, ctx.identity, { ...input, caller: ctx.caller })),
    ),

  /** The user's API tokens, without what they are. Fails with `FORBIDDEN` by an API token. */
  list: sessionProcedure
    .meta({ rest: { method: 'GET', path: '/tokens', summary: "The user's API tokens, without what they are" } })
    .output(apiTokenListSchema)
    .query(({ ctx }) => listApiTokens(ctx.db, ctx.userId)),

  /** Ends an API token. Fails with `NOT_FOUND`, `FORBIDDEN` by an API token. */
  revoke: sessionProcedure
    .meta({
      rest: { method: 'DELETE', path: '/tokens/{id}', status: 204, summary: 'Ends an API token', fails: ['NOT_FOUND'] },
    })
    .input(apiTokenIdInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      await revokeApiToken(ctx.db, ctx.identity, { ...input, userId: ctx.userId })
      return null
    }),
} satisfies TRPCRouterRecord
