import {
  nothingSchema,
  tagCreateInputSchema,
  tagIdInputSchema,
  tagListSchema,
  tagSchema,
  tagUpdateInputSchema,
} from '@taskwire/contract'
import { createTag, deleteTag, listTags, PAGE_BYTES, updateTag } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { announcingProcedure, protectedProcedure } from './trpc.ts'

export const tagRouter = {
  // The quota keeps it to that; of a user who has more since before, the budget of the request decides.
  list: protectedProcedure
    .meta({ mostBytes: PAGE_BYTES })
    .output(tagListSchema)
    .query(({ ctx }) => listTags(ctx.db, ctx.userId)),

  create: announcingProcedure
    .input(tagCreateInputSchema)
    .output(tagSchema)
    .mutation(({ ctx, input }) => createTag(ctx.db, ctx.userId, { ...input, ...ctx.quotas })),

  update: announcingProcedure
    .input(tagUpdateInputSchema)
    .output(tagSchema)
    .mutation(({ ctx, input }) => updateTag(ctx.db, ctx.userId, input)),

  delete: announcingProcedure
    .input(tagIdInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      await deleteTag(ctx.db, ctx.userId, input)
      return null
    }),
} satisfies TRPCRouterRecord
