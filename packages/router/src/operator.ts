import {
  apiTokenCreatedSchema,
  apiTokenIdInputSchema,
  apiTokenListSchema,
  emailSchema,
  newApiTokenSchema,
  nothingSchema,
} from '@taskwire/contract'
import {
  type Account,
  type AccountLink,
  createApiToken,
  DomainError,
  type ExternalName,
  findAccount,
  linkExternalIdentity,
  listAccounts,
  listApiTokens,
  listExternalIdentities,
  purge,
  resetPassword,
  revokeApiToken,
  setAccountActive,
} from '@taskwire/domain'
import { z } from 'zod'
import type { Context } from './context.ts'
import { createCallerFactory, publicProcedure, router } from './trpc.ts'

const accountSchema: z.ZodType<Account, Account> = z.object({
  id: z.string(),
  email: z.string(),
  isActive: z.boolean(),
  createdAt: z.date(),
})

const externalNameSchema: z.ZodType<ExternalName, ExternalName> = z.object({
  issuer: z.string(),
  subject: z.string(),
})

const accountLinkSchema: z.ZodType<AccountLink & { issuer: string }, AccountLink & { issuer: string }> = z.object({
  id: z.string(),
  email: z.string(),
  isActive: z.boolean(),
  createdAt: z.date(),
  isNew: z.boolean(),
  passwordRemoved: z.boolean(),
  sessions: z.int(),
  apiTokens: z.int(),
  issuer: z.string(),
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
      .mutation(({ ctx, input }) => setAccountActive(ctx.db, ctx.identity, { ...input, isActive: true })),

    deactivate: publicProcedure
      .input(byEmail)
      .output(accountSchema)
      .mutation(async ({ ctx, input }) => setAccountActive(ctx.db, ctx.identity, { ...input, isActive: false })),

    setPassword: publicProcedure
      .input(byEmail.extend({ password: z.string() }))
      .output(z.intersection(accountSchema, z.object({ apiTokens: z.int() })))
      .mutation(async ({ ctx, input }) => resetPassword(ctx.db, ctx.identity, input)),

    identities: publicProcedure
      .input(byEmail)
      .output(z.array(externalNameSchema))
      .query(({ ctx, input }) => listExternalIdentities(ctx.db, input.email)),

    link: publicProcedure
      .input(
        byEmail.extend({
          issuer: z.string().min(1).optional(),
          subject: z.string().min(1, 'Subject is required').max(255, 'Subject must have at most 255 characters'),
          keepPassword: z.boolean().default(false),
        }),
      )
      .output(accountLinkSchema)
      .mutation(async ({ ctx, input }) => {
        const issuer = issuerOf(ctx, input)
        return { ...(await linkExternalIdentity(ctx.db, ctx.identity, { ...input, issuer })), issuer }
      }),
  },

  purge: publicProcedure
    .output(z.object({ tasks: z.int(), tags: z.int(), sessions: z.int(), apiTokens: z.int() }))
    .mutation(({ ctx }) => purge(ctx.db, ctx.quotas)),

  token: {
    create: publicProcedure
      .input(byEmail.extend({ token: newApiTokenSchema }))
      .output(apiTokenCreatedSchema)
      .mutation(async ({ ctx, input }) => {
        const { id } = await findAccount(ctx.db, input.email)
        return createApiToken(ctx.db, ctx.identity, { userId: id, ...input.token })
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
        await revokeApiToken(ctx.db, ctx.identity, { userId: id, ...input.token })
        return null
      }),
  },
})

/** The issuer that was named, or the one that is configured. */
function issuerOf(
  { identity: { externalTokens } }: Context,
  { issuer = externalTokens?.issuer }: { issuer?: string },
): string {
  if (issuer !== undefined) return issuer
  const message = 'Issuer is required: EXTERNAL_JWT_ISSUER is not set'
  throw new DomainError('VALIDATION_FAILED', { issues: [{ path: 'issuer', message }] })
}

/**
 * Calls the procedures for operators, in the command line and other tools of whoever runs the server.
 *
 * @example
 * const operator = createOperatorCaller(createInnerContext(services))
 * await operator.user.deactivate({ email: 'mallory@example.com' })
 */
export const createOperatorCaller = createCallerFactory(operatorRouter)
