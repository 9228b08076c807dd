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
  create: sessionProcedure
    .use(alone)
    .input(apiTokenCreateInputSchema)
    .output(apiTokenCreatedSchema)
    .mutation(({ ctx, input }) =>
      guardPassword(ctx, ctx.caller, () => createOwnApiToken(ctx.db, ctx.identity, { ...input, caller: ctx.caller })),
    ),

  list: sessionProcedure.output(apiTokenListSchema).query(({ ctx }) => listApiTokens(ctx.db, ctx.userId)),

  revoke: sessionProcedure
    .input(apiTokenIdInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      await revokeApiToken(ctx.db, ctx.identity, { ...input, userId: ctx.userId })
      return null
    }),
} satisfies TRPCRouterRecord
