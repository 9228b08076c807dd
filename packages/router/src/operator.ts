import {
  apiTokenCreatedSchema,
  apiTokenCreateInputSchema,
  apiTokenIdInputSchema,
  apiTokenListSchema,
  emailSchema,
  nothingSchema,
} from '@taskwire/contract'
import {
  type Account,
  createApiToken,
  findAccount,
  listAccounts,
  listApiTokens,
  purge,
  resetPassword,
  revokeApiToken,
  setAccountActive,
} from '@taskwire/domain'
import { z } from 'zod'
import { createCallerFactory, publicProcedure, router } from './trpc.ts'

const accountSchema: z.ZodType<Account, Account> = z.object({
  id: z.string(),
  email: z.string(),
  isActive: z.boolean(),
  createdAt: z.date(),
})

const byEmail = z.strictObject({ email: emailSchema })

/** For whoever runs the server: never mounted on an address, so that reaching it takes the database's own credentials. */
const operatorRouter = router({
  user: {
    list: publicProcedure
      .input(z.strictObject({ after: z.string().optional(), limit: z.int().min(1).max(1_000).default(100) }))
      .output(z.array(accountSchema))
      .query(({ ctx, input }) => listAccounts(ctx.db, input)),

    activate: publicProcedure
      .input(byEmail)
      .output(accountSchema)
      .mutation(({ ctx, input }) => setAccountActive(ctx.db, ctx, { ...input, isActive: true })),

    deactivate: publicProcedure
      .input(byEmail)
      .output(accountSchema)
      .mutation(({ ctx, input }) => setAccountActive(ctx.db, ctx, { ...input, isActive: false })),

    setPassword: publicProcedure
      .input(byEmail.extend({ password: z.string() }))
      .output(accountSchema)
      .mutation(({ ctx, input }) => resetPassword(ctx.db, ctx, input)),
  },

  purge: publicProcedure
    .output(z.object({ tasks: z.int(), tags: z.int(), sessions: z.int(), apiTokens: z.int() }))
    .mutation(({ ctx }) => purge(ctx.db, ctx.quotas)),

  token: {
    create: publicProcedure
      .input(byEmail.extend({ token: apiTokenCreateInputSchema }))
      .output(apiTokenCreatedSchema)
      .mutation(async ({ ctx, input }) => {
        const { id } = await findAccount(ctx.db, input.email)
        const created = await createApiToken(ctx.db, id, input.token)
        ctx.audit({ event: 'tokenCreated', userId: id, tokenId: created.apiToken.id })
        return created
      }),

    list: publicProcedure
      .input(byEmail)
      .output(apiTokenListSchema)
      .query(async ({ ctx, input }) => listApiTokens(ctx.db, (await findAccount(ctx.db, input.email)).id)),

    revoke: publicProcedure
      .input(byEmail.extend({ token: apiTokenIdInputSchema }))
      .output(nothingSchema)
      .mutation(async ({ ctx, input }) => {
        const { id } = await findAccount(ctx.db, input.email)
        await revokeApiToken(ctx.db, id, input.token)
        ctx.audit({ event: 'tokenRevoked', userId: id, tokenId: input.token.id })
        return null
      }),
  },
})

/**
 * Calls the procedures for operators, in the command line and other tools of whoever runs the server.
 *
 * @example
 * const operator = createOperatorCaller(createInnerContext(services, null))
 * await operator.user.deactivate({ email: 'mallory@example.com' })
 */
export const createOperatorCaller = createCallerFactory(operatorRouter)
