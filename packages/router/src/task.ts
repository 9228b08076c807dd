import {
  changedTasksSchema,
  deletedSchema,
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
  /**
   * A page of the user's tasks that match every filter, in the order asked for. `nextCursor` leads on.
   * Fails with `VALIDATION_FAILED` (a cursor of another list, too), `TIMEOUT` where a search takes longer than a second.
   */
  list: protectedProcedure
    .meta({
      mostBytes: PAGE_BYTES,
      rest: {
        method: 'GET',
        path: '/tasks',
        summary: "A page of the user's tasks that match every filter, in the order asked for",
        without: ['direction'],
      },
    })
    .input(taskListInputSchema)
    .use(costing(({ search, withTotal }) => (search === undefined ? 0 : 4) + (withTotal ? 1 : 0)))
    .output(taskListResultSchema)
    .query(({ ctx, input }) => listTasks(ctx.db, ctx.userId, input)),

  /** One task that is not deleted. Fails with `NOT_FOUND`. */
  get: protectedProcedure
    .meta({
      mostBytes: TASK_BYTES,
      rest: {
        method: 'GET',
        path: '/tasks/{id}',
        summary: 'One task that is not deleted',
        fails: ['NOT_FOUND'],
      },
    })
    .input(taskIdInputSchema)
    .output(taskSchema)
    .query(({ ctx, input }) => getTask(ctx.db, ctx.userId, input)),

  /**
   * Makes a task. With an `id` of the client's own a repeated call returns what is there: a retry is safe.
   * Fails with `NOT_FOUND` (a tag), `QUOTA_REACHED`.
   */
  create: announcingProcedure
    .meta({
      mostBytes: TASK_BYTES,
      rest: {
        method: 'POST',
        path: '/tasks',
        status: 201,
        summary: 'Makes a task',
        fails: ['NOT_FOUND', 'QUOTA_REACHED'],
        location: '/tasks/{id}',
      },
    })
    .input(taskCreateInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => createTask(ctx.db, ctx.userId, { ...input, ...ctx.quotas })),

  /** Changes what is given of a task and leaves the rest. Fails with `NOT_FOUND`, `VERSION_CONFLICT`. */
  update: announcingProcedure
    .meta({
      mostBytes: TASK_BYTES,
      rest: {
        method: 'PATCH',
        alsoMethod: 'PUT',
        path: '/tasks/{id}',
        summary: 'Changes what is given of a task and leaves the rest',
        fails: ['NOT_FOUND', 'VERSION_CONFLICT'],
      },
    })
    .input(taskUpdateInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => updateTask(ctx.db, ctx.userId, input)),

  /** Marks a task as done, or as to do again. Fails with `NOT_FOUND`, `VERSION_CONFLICT`. */
  setCompleted: announcingProcedure
    .meta({
      mostBytes: TASK_BYTES,
      rest: {
        method: 'PATCH',
        path: '/tasks/{id}/complete',
        summary: 'Marks a task as done, or as to do again',
        fails: ['NOT_FOUND', 'VERSION_CONFLICT'],
      },
    })
    .input(taskSetCompletedInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => setTaskCompleted(ctx.db, ctx.userId, input)),

  /** Moves a task to the trash. Fails with `NOT_FOUND`, `VERSION_CONFLICT`. */
  delete: announcingProcedure
    .meta({
      rest: {
        method: 'DELETE',
        path: '/tasks/{id}',
        status: 204,
        summary: 'Moves a task to the trash',
        fails: ['NOT_FOUND', 'VERSION_CONFLICT'],
        without: ['version'],
      },
    })
    .input(taskDeleteInputSchema)
    .output(deletedSchema)
    .mutation(({ ctx, input }) => deleteTask(ctx.db, ctx.userId, input)),

  /**
   * Brings a task back from the trash; one that is not there comes back as it is. Fails with `NOT_FOUND`, `QUOTA_REACHED`.
   */
  restore: announcingProcedure
    .meta({
      mostBytes: TASK_BYTES,
      rest: {
        method: 'POST',
        path: '/tasks/{id}/restore',
        summary: 'Brings a task back from the trash; one that is not there comes back as it is',
        fails: ['NOT_FOUND', 'QUOTA_REACHED'],
      },
    })
    .input(taskIdInputSchema)
    .output(taskSchema)
    .mutation(({ ctx, input }) => restoreTask(ctx.db, ctx.userId, { ...input, ...ctx.quotas })),

  /**
   * Makes one change to many tasks: to all of them, or to none.
   * Fails with `NOT_FOUND` (a task or a tag), `VALIDATION_FAILED` where a task would have too many tags.
   */
  updateMany: announcingProcedure
    .meta({
      rest: {
        method: 'PATCH',
        path: '/tasks',
        summary: 'Makes one change to many tasks: to all of them, or to none',
        fails: ['NOT_FOUND'],
      },
    })
    .input(taskUpdateManyInputSchema)
    .use(costing(beyondTen))
    .output(changedTasksSchema)
    .mutation(({ ctx, input }) => bulkUpdateTasks(ctx.db, ctx.userId, input)),

  /** Moves many tasks to the trash: all of them, or none. Fails with `NOT_FOUND`. */
  deleteMany: announcingProcedure
    .meta({
      rest: {
        method: 'DELETE',
        path: '/tasks',
        summary: 'Moves many tasks to the trash: all of them, or none',
        fails: ['NOT_FOUND'],
      },
    })
    .input(taskDeleteManyInputSchema)
    .use(costing(beyondTen))
    .output(changedTasksSchema)
    .mutation(({ ctx, input }) => bulkDeleteTasks(ctx.db, ctx.userId, input)),
} satisfies TRPCRouterRecord
