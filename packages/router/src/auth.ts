import {
  type AuthResult,
  authResultSchema,
  changePasswordInputSchema,
  deleteAccountInputSchema,
  loginInputSchema,
  nothingSchema,
  registerInputSchema,
  restoredSessionSchema,
  restoreInputSchema,
  userSchema,
} from '@taskwire/contract'
import {
  changePassword,
  DomainError,
  deleteAccount,
  getUser,
  login,
  logout,
  recognize,
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
  /**
   * Makes an account and signs in. Fails with `EMAIL_TAKEN`, `VALIDATION_FAILED` for a password that is easy to guess.
   */
  register: signInProcedure
    .meta({
      addressLimit: 'registrationsPerAddress',
      rest: {
        method: 'POST',
        path: '/auth/register',
        status: 201,
        summary: 'Makes an account and signs in',
        fails: ['EMAIL_TAKEN'],
        location: '/auth/me',
      },
    })
    .input(registerInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => {
      await chargeSignIn(ctx)
      return answer(ctx, await register(ctx.db, ctx.identity, { ...input, ...placeOf(ctx) }))
    }),

  /** Signs in. Fails with `INVALID_CREDENTIALS`, whatever is wrong. */
  login: signInProcedure
    .meta({
      addressLimit: 'loginsPerAddress',
      rest: { method: 'POST', path: '/auth/login', summary: 'Signs in', fails: ['INVALID_CREDENTIALS'] },
    })
    .input(loginInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => {
      const attempt = () => login(ctx.db, ctx.identity, { ...input, ...placeOf(ctx) })
      return answer(ctx, await guardSignIn(ctx, input.email, attempt))
    }),

  /**
   * Renews the session of the cookie. Fails with `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED`, `SESSION_REVOKED`,
   * `ACCOUNT_INACTIVE`, and `CROSS_SITE` from a page of another site.
   */
  refresh: cookieProcedure
    .meta({
      addressLimit: 'refreshesPerAddress',
      rest: {
        method: 'POST',
        path: '/auth/refresh',
        summary: 'Renews the session of the cookie',
        fails: ['TOKEN_MISSING', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'SESSION_REVOKED', 'ACCOUNT_INACTIVE'],
      },
    })
    .output(authResultSchema)
    .mutation(({ ctx }) => {
      const { refreshToken } = ctx.request
      if (refreshToken === null) throw new DomainError('TOKEN_MISSING')
      return renew(ctx, refreshToken)
    }),

  /**
   * Finds out who is signed in when a page opens: null where there is no cookie, else as `auth.refresh`.
   * Fails as that does, but never with `TOKEN_MISSING`.
   */
  restore: cookieProcedure
    .meta({ addressLimit: 'refreshesPerAddress' })
    .input(restoreInputSchema)
    .output(restoredSessionSchema)
    .mutation(({ ctx, input: { renew: isRenewed = true } }) => {
      const { refreshToken } = ctx.request
      if (refreshToken === null) return null
      return isRenewed ? renew(ctx, refreshToken) : view(ctx, refreshToken)
    }),

  /** Ends the session of the cookie, and succeeds where there is none. Fails with `CROSS_SITE`. */
  logout: cookieProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/auth/logout',
        status: 204,
        summary: 'Ends the session of the cookie, and succeeds where there is none',
      },
    })
    .output(nothingSchema)
    .mutation(async ({ ctx }) => {
      const { refreshToken, setRefreshToken } = ctx.request
      if (refreshToken !== null) await logout(ctx.db, ctx.identity, refreshToken)
      setRefreshToken(null)
      return null
    }),

  /** The user who is signed in. */
  me: protectedProcedure
    .meta({ rest: { method: 'GET', path: '/auth/me', summary: 'The user who is signed in' } })
    .output(userSchema)
    .query(({ ctx }) => getUser(ctx.db, ctx.userId)),

  /**
   * Sets another password and ends the other sessions. Fails with `INVALID_CREDENTIALS`, `VALIDATION_FAILED` for a password
   * that is easy to guess, `FORBIDDEN` by an API token.
   */
  changePassword: sessionProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/auth/password',
        status: 204,
        summary: 'Sets another password and ends the other sessions',
        fails: ['INVALID_CREDENTIALS'],
      },
    })
    .use(alone)
    .input(changePasswordInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => {
      const { caller, userId, sessionId } = ctx
      await guardPassword(ctx, caller, () => changePassword(ctx.db, ctx.identity, { ...input, userId, sessionId }))
      return null
    }),

  /**
   * Deletes the account and all that is in it, for good. Fails with `INVALID_CREDENTIALS`, `FORBIDDEN` by an API token.
   */
  deleteAccount: protectedProcedure
    .meta({
      rest: {
        method: 'DELETE',
        path: '/auth/me',
        status: 204,
        input: 'body',
        summary: 'Deletes the account and all that is in it, for good',
        fails: ['INVALID_CREDENTIALS', 'FORBIDDEN'],
      },
    })
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

async function renew(ctx: Context, refreshToken: string): Promise<AuthResult> {
  const { userId, sessionId } = ctx.identity.tokens.verifyRefresh(refreshToken)
  await charge(ctx, 'refreshesPerSession', sessionId)
  return answer(ctx, await ctx.turns.run(userId, () => refresh(ctx.db, ctx.identity, refreshToken)))
}

/** A page view is a call as others are: many of them must not use up the refreshes that the session lives by. */
async function view(ctx: Context, refreshToken: string): Promise<AuthResult> {
  const { userId } = ctx.identity.tokens.verifyRefresh(refreshToken)
  await charge(ctx, 'callsPerUser', userId)
  return ctx.turns.run(userId, () => recognize(ctx.db, ctx.identity, refreshToken))
}

/** The refresh token goes into the cookie, and the rest to the client's code: all of it to one who keeps the token. */
function answer({ request }: Context, { result, refreshToken }: SignIn): AuthResult {
  if (request.keepsRefreshToken) return { ...result, refreshToken: refreshToken.token }
  request.setRefreshToken(refreshToken)
  return result
}
