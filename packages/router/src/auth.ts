import { authResultSchema, loginInputSchema, nothingSchema, registerInputSchema, userSchema } from '@taskwire/contract'
import { getUser, login, logout, register, type SignIn } from '@taskwire/domain'
import type { TRPCRouterRecord } from '@trpc/server'
import type { Context } from './context.ts'
import { protectedProcedure, publicProcedure } from './trpc.ts'

export const authRouter = {
  register: publicProcedure
    .input(registerInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) =>
      answer(ctx, await register(ctx.db, ctx, { ...input, device: ctx.request.device })),
    ),

  login: publicProcedure
    .input(loginInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) =>
      answer(ctx, await login(ctx.db, ctx, { ...input, device: ctx.request.device })),
    ),

  logout: publicProcedure.output(nothingSchema).mutation(async ({ ctx }) => {
    const { refreshToken, setRefreshToken } = ctx.request
    if (refreshToken !== null) {
      const ended = await logout(ctx.db, ctx.tokens, refreshToken)
      if (ended !== null) ctx.sessionCheck.forget(ended)
    }
    setRefreshToken(null)
    return null
  }),

  me: protectedProcedure.output(userSchema).query(({ ctx }) => getUser(ctx.db, ctx.userId)),
} satisfies TRPCRouterRecord

/** The refresh token goes into the cookie, and the rest to the client's code. */
function answer({ request }: Context, { result, refreshToken }: SignIn): SignIn['result'] {
  request.setRefreshToken(refreshToken)
  return result
}
