import {
  deletedSchema,
  tagCreateInputSchema,
  tagDeleteInputSchema,
  tagListSchema,
  tagSchema,
  tagUpdateInputSchema,
} from '@taskwire/contract'
import { createTag, deleteTag, listTags, PAGE_BYTES, updateTag } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { announcingProcedure, protectedProcedure } from './trpc.ts'

export const tagRouter = {
  /** All of the user's tags by name, each with the number of tasks that carry it. */
  list: protectedProcedure
    // The quota keeps it to that; of a user who has more since before, the budget of the request decides.
    .meta({
      mostBytes: PAGE_BYTES,
      rest: {
        method: 'GET',
        path: '/tags',
        summary: "All of the user's tags by name, each with the number of tasks that carry it",
      },
    })
    .output(tagListSchema)
    .query(({ ctx }) => listTags(ctx.db, ctx.userId)),

  /**
   * Makes a tag. With an `id` of the client's own a repeated call returns what is there: a retry is safe.
   * Fails with `TAG_NAME_TAKEN`, `QUOTA_REACHED`.
   */
  create: announcingProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/tags',
        status: 201,
        summary: 'Makes a tag',
        fails: ['TAG_NAME_TAKEN', 'QUOTA_REACHED'],
        location: '/tags/{id}',
      },
    })
    .input(tagCreateInputSchema)
    .output(tagSchema)
    .mutation(({ ctx, input }) => createTag(ctx.db, ctx.userId, { ...input, ...ctx.quotas })),

  /**
   * Changes what is given of a tag and leaves the rest. Fails with `NOT_FOUND`, `TAG_NAME_TAKEN`, `VERSION_CONFLICT`.
   */
  update: announcingProcedure
    .meta({
      rest: {
        method: 'PATCH',
        path: '/tags/{id}',
        summary: 'Changes what is given of a tag and leaves the rest',
        fails: ['NOT_FOUND', 'TAG_NAME_TAKEN', 'VERSION_CONFLICT'],
      },
    })
    .input(tagUpdateInputSchema)
    .output(tagSchema)
    .mutation(({ ctx, input }) => updateTag(ctx.db, ctx.userId, input)),

  /** Deletes a tag: its tasks stay, and its name is free again. Fails with `NOT_FOUND`, `VERSION_CONFLICT`. */
  delete: announcingProcedure
    .meta({
      rest: {
        method: 'DELETE',
        path: '/tags/{id}',
        status: 204,
        summary: 'Deletes a tag: its tasks stay, and its name is free again',
        fails: ['NOT_FOUND', 'VERSION_CONFLICT'],
        without: ['version'],
      },
    })
    .input(tagDeleteInputSchema)
    .output(deletedSchema)
    .mutation(({ ctx, input }) => deleteTag(ctx.db, ctx.userId, input)),
} satisfies TRPCRouterRecord
