import {
  authResultSchema,
  changePasswordInputSchema,
  deleteAccountInputSchema,
  loginInputSchema,
  nothingSchema,
  registerInputSchema,
  userSchema,
} from '@taskwire/contract'
import {
  changePassword,
  DomainError,
  deleteAccount,
  getUser,
  login,
  logout,
  refresh,
  register,
  type SignIn,
  type SignInPlace,
} from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import type { Context } from './context.ts'
import { chargeSignIn, guardPassword, guardSignIn } from './guard-password.ts'
import { alone, charge, cookieProcedure, protectedProcedure, sessionProcedure, signInProcedure } from './trpc.ts'

export const authRouter = {
  register: signInProcedure
    .meta({ addressLimit: 'registrationsPerAddress' })
    .input(registerInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => {
      await chargeSignIn(ctx)
      return answer(ctx, await register(ctx.db, ctx.identity, { ...input, ...placeOf(ctx) }))
    }),

  login: signInProcedure
    .meta({ addressLimit: 'loginsPerAddress' })
    .input(loginInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => {
      const attempt = () => login(ctx.db, ctx.identity, { ...input, ...placeOf(ctx) })
      return answer(ctx, await guardSignIn(ctx, input.email, attempt))
    }),

  refresh: cookieProcedure
    .meta({ addressLimit: 'refreshesPerAddress' })
    .output(authResultSchema)
    .mutation(async ({ ctx }) => {
      const { refreshToken } = ctx.request
      if (refreshToken === null) throw new DomainError('TOKEN_MISSING')
      const { userId, sessionId } = ctx.identity.tokens.verifyRefresh(refreshToken)
      await charge(ctx, 'refreshesPerSession', sessionId)
      return answer(ctx, await ctx.turns.run(userId, () => refresh(ctx.db, ctx.identity, refreshToken)))
    }),

  logout: cookieProcedure.output(nothingSchema).mutation(async ({ ctx }) => {
    const { refreshToken, setRefreshToken } = ctx.request
    if (refreshToken !== null) await logout(ctx.db, ctx.identity, refreshToken)
    setRefreshToken(null)
    return null
  }),

  me: protectedProcedure.output(userSchema).query(({ ctx }) => getUser(ctx.db, ctx.userId)),

  changePassword: sessionProcedure
    .use(alone)
    .input(changePasswordInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      const { caller, userId, sessionId } = ctx
      await guardPassword(ctx, caller, () => changePassword(ctx.db, ctx.identity, { ...input, userId, sessionId }))
      return null
    }),

  deleteAccount: protectedProcedure
    .use(alone)
    .input(deleteAccountInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      const { caller } = ctx
      if (caller.kind === 'apiToken') throw new DomainError('FORBIDDEN')
      await guardPassword(ctx, caller, () => deleteAccount(ctx.db, ctx.identity, { ...input, caller }))
      ctx.request.setRefreshToken(null)
      return null
    }),
} satisfies TRPCRouterRecord

/** The page of another site may sign in, but has no business with the session that the cookie is of. */
function placeOf({
  request: { device, network, crossSite, refreshToken },
}: Context): SignInPlace & { network: string | null } {
  return { device, network, replacedToken: crossSite ? null : refreshToken }
}

/** The refresh token goes into the cookie, and the rest to the client's code. */
function answer({ request }: Context, { result, refreshToken }: SignIn): SignIn['result'] {
  request.setRefreshToken(refreshToken)
  return result
}
