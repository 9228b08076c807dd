import {
  nothingSchema,
  taskCreateInputSchema,
  taskDeleteInputSchema,
  taskIdInputSchema,
  taskListInputSchema,
  taskListResultSchema,
  taskSchema,
  taskSetCompletedInputSchema,
  taskUpdateInputSchema,
} from '@taskwire/contract'
import { createTask, deleteTask, getTask, listTasks, setTaskCompleted, updateTask } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { protectedProcedure } from './trpc.ts'

export const taskRouter = {
  list: protectedProcedure
    .input(taskListInputSchema)
    .output(taskListResultSchema)
    .query(({ ctx, input }) => listTasks(ctx.db, ctx.userId, input)),

  get: protectedProcedure
    .input(taskIdInputSchema)
    .output(taskSchema)
    .query(({ ctx, input }) => getTask(ctx.db, ctx.userId, input)),

  create: protectedProcedure
    .input(taskCreateInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => createTask(ctx.db, ctx.userId, input)),

  update: protectedProcedure
    .input(taskUpdateInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => updateTask(ctx.db, ctx.userId, input)),

  setCompleted: protectedProcedure
    .input(taskSetCompletedInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => setTaskCompleted(ctx.db, ctx.userId, input)),

  delete: protectedProcedure
    .input(taskDeleteInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      await deleteTask(ctx.db, ctx.userId, input)
      return null
    }),
} satisfies TRPCRouterRecord
