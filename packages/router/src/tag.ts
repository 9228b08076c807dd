import {
  nothingSchema,
  tagCreateInputSchema,
  tagIdInputSchema,
  tagListSchema,
  tagSchema,
  tagUpdateInputSchema,
} from '@taskwire/contract'
import { createTag, deleteTag, listTags, updateTag } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { protectedProcedure } from './trpc.ts'

export const tagRouter = {
  list: protectedProcedure.output(tagListSchema).query(({ ctx }) => listTags(ctx.db, ctx.userId)),

  create: protectedProcedure
    .input(tagCreateInputSchema)
    .output(tagSchema)
    .mutation(({ ctx, input }) => createTag(ctx.db, ctx.userId, input)),

  update: protectedProcedure
    .input(tagUpdateInputSchema)
    .output(tagSchema)
    .mutation(({ ctx, input }) => updateTag(ctx.db, ctx.userId, input)),

  delete: protectedProcedure
    .input(tagIdInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      await deleteTag(ctx.db, ctx.userId, input)
      return null
    }),
} satisfies TRPCRouterRecord
