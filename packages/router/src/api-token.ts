import {
  apiTokenCreatedSchema,
  apiTokenCreateInputSchema,
  apiTokenIdInputSchema,
  apiTokenListSchema,
  nothingSchema,
} from '@taskwire/contract'
import { createApiToken, listApiTokens, revokeApiToken } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { sessionProcedure } from './trpc.ts'

export const apiTokenRouter = {
  create: sessionProcedure
    .input(apiTokenCreateInputSchema)
    .output(apiTokenCreatedSchema)
    .mutation(async ({ ctx, input }) => {
      const created = await createApiToken(ctx.db, ctx.userId, input)
      ctx.audit({ event: 'tokenCreated', userId: ctx.userId, tokenId: created.apiToken.id })
      return created
    }),

  list: sessionProcedure.output(apiTokenListSchema).query(({ ctx }) => listApiTokens(ctx.db, ctx.userId)),

  revoke: sessionProcedure
    .input(apiTokenIdInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      await revokeApiToken(ctx.db, ctx.userId, input)
      ctx.apiTokenCheck.forget(ctx.userId)
      ctx.audit({ event: 'tokenRevoked', userId: ctx.userId, tokenId: input.id })
      return null
    }),
} satisfies TRPCRouterRecord
