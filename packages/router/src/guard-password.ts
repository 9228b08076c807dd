import { type Caller, DomainError } from '@taskwire/domain'
import type { Context } from './context.ts'
import { charge } from './trpc.ts'

/** Calls of a user that are not counted for the network: few enough that nobody else there is kept from theirs. */
const FEW = 3

/** Runs a sign-in; it and those before it are counted by account and address. @throws DomainError RATE_LIMITED */
export async function guardSignIn<T>(ctx: Context, email: string, attempt: () => Promise<T>): Promise<T> {
  const { address } = ctx.request
  if (address === null) return attempt()
  await chargeSignIn(ctx)
  return guard(ctx, `${email} ${address}`, attempt)
}

/** Charges whoever is about to have a password hashed and is not signed in. @throws DomainError RATE_LIMITED */
export async function chargeSignIn(ctx: Context): Promise<void> {
  if (ctx.request.network !== null) await charge(ctx, 'signInsPerNetwork', ctx.request.network)
}

/**
 * Runs what takes the password of somebody who is signed in. The attempts are counted together, however a password is
 * tried, and by session: whoever shares an address with a guesser has not failed. Each is charged whatever comes of it,
 * since it costs the work of a hash or two.
 *
 * @throws DomainError RATE_LIMITED
 */
export async function guardPassword<T>(ctx: Context, caller: Caller, attempt: () => Promise<T>): Promise<T> {
  const { network } = ctx.request
  if (network === null) return attempt()
  const { limit, remaining } = await charge(ctx, 'passwordCallsPerUser', caller.userId)
  if (limit - remaining > FEW) await charge(ctx, 'passwordCallsPerNetwork', network)
  return guard(ctx, caller.kind === 'session' ? caller.sessionId : caller.userId, attempt)
}

async function guard<T>(ctx: Context, guesser: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await ctx.limits.passwords.guard(guesser, attempt)
  } catch (error) {
    if (error instanceof DomainError && error.reason === 'RATE_LIMITED') {
      const userId = ctx.knownUserId()
      ctx.request.audit({ event: 'throttled', limit: 'passwordFailures', ...(userId !== null && { userId }) })
    }
    throw error
  }
}
