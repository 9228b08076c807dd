import { accountExportInputSchema, accountExportResultSchema } from '@taskwire/contract'
import { exportAccount, PAGE_BYTES } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import { personOf, protectedProcedure } from './trpc.ts'

export const accountRouter = {
  /**
   * All that is the user's own, by pages: the account, tags and tasks, deleted ones too.
   * People who have signed in here are also told how they sign in, their sessions and API tokens.
   */
  export: protectedProcedure
    .meta({
      mostBytes: PAGE_BYTES,
      rest: {
        method: 'GET',
        path: '/account/export',
        summary: "All that is the user's own, by pages: the account, tags and tasks, deleted ones too",
      },
    })
    .input(accountExportInputSchema)
    .output(accountExportResultSchema)
    .query(({ ctx, input }) =>
      exportAccount(ctx.db, ctx.identity, { ...input, userId: ctx.userId, person: personOf(ctx.caller) }),
    ),
} satisfies TRPCRouterRecord
