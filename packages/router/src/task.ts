import {
  nothingSchema,
  taskCountSchema,
  taskCreateInputSchema,
  taskDeleteInputSchema,
  taskDeleteManyInputSchema,
  taskIdInputSchema,
  taskListInputSchema,
  taskListResultSchema,
  taskSchema,
  taskSetCompletedInputSchema,
  taskUpdateInputSchema,
  taskUpdateManyInputSchema,
} from '@taskwire/contract'
import {
  bulkDeleteTasks,
  bulkUpdateTasks,
  createTask,
  deleteTask,
  getTask,
  listTasks,
  PAGE_BYTES,
  restoreTask,
  setTaskCompleted,
  TASK_BYTES,
  updateTask,
} from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { announcingProcedure, costing, protectedProcedure } from './trpc.ts'

/** A point for every ten tasks: as many changes one by one would cost ten times as much. */
function beyondTen({ ids }: { ids: string[] }): number {
  return Math.ceil(ids.length / 10) - 1
}

export const taskRouter = {
  list: protectedProcedure
    .meta({ mostBytes: PAGE_BYTES })
    .input(taskListInputSchema)
    .use(costing(({ search, withTotal }) => (search === undefined ? 0 : 4) + (withTotal ? 1 : 0)))
    .output(taskListResultSchema)
    .query(({ ctx, input }) => listTasks(ctx.db, ctx.userId, input)),

  get: protectedProcedure
    .meta({ mostBytes: TASK_BYTES })
    .input(taskIdInputSchema)
    .output(taskSchema)
    .query(({ ctx, input }) => getTask(ctx.db, ctx.userId, input)),

  create: announcingProcedure
    .meta({ mostBytes: TASK_BYTES })
    .input(taskCreateInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => createTask(ctx.db, ctx.userId, { ...input, ...ctx.quotas })),

  update: announcingProcedure
    .meta({ mostBytes: TASK_BYTES })
    .input(taskUpdateInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => updateTask(ctx.db, ctx.userId, input)),

  setCompleted: announcingProcedure
    .meta({ mostBytes: TASK_BYTES })
    .input(taskSetCompletedInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => setTaskCompleted(ctx.db, ctx.userId, input)),

  delete: announcingProcedure
    .input(taskDeleteInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      await deleteTask(ctx.db, ctx.userId, input)
      return null
    }),

  restore: announcingProcedure
    .meta({ mostBytes: TASK_BYTES })
    .input(taskIdInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => restoreTask(ctx.db, ctx.userId, { ...input, ...ctx.quotas })),

  updateMany: announcingProcedure
    .input(taskUpdateManyInputSchema)
    .use(costing(beyondTen))
    .output(taskCountSchema)
    .mutation(({ ctx, input }) => bulkUpdateTasks(ctx.db, ctx.userId, input)),

  deleteMany: announcingProcedure
    .input(taskDeleteManyInputSchema)
    .use(costing(beyondTen))
    .output(taskCountSchema)
    .mutation(({ ctx, input }) => bulkDeleteTasks(ctx.db, ctx.userId, input)),
} satisfies TRPCRouterRecord
