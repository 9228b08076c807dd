import { HEARTBEAT, SILENCE, wire } from '@taskwire/contract'
import { type Caller, DomainError, type InTurn, isApiToken, reauthenticate } from '@taskwire/domain'
import { initTRPC, type TRPCError } from '@trpc/server'
import type { Context, RequestInfo } from './context.ts'
import type { ErrorShape } from './error-shape.ts'
import { toErrorShape, withCodeOfReason } from './errors.ts'
import type { LimitName, LimitState } from './limits/limits.ts'
import { observed } from './observed.ts'
import { requestIdOf } from './request-id.ts'
import type { Access, RestRoute } from './rest-route.ts'

/** Said in full, since clients see this type: what is allowed how often is not for them. */
type AddressLimit = 'loginsPerAddress' | 'registrationsPerAddress' | 'refreshesPerAddress'

export interface Meta {
  /** The limit by address that this procedure has instead of the one for anonymous calls. */
  addressLimit?: AddressLimit
  /** Bytes that its answer may have, of a procedure that may answer at length. */
  mostBytes?: number
  /** Who may call it. */
  access?: Access
  /** Where REST serves it; a procedure without is there for the typed client alone. */
  rest?: RestRoute
}

const ANONYMOUS = 'anonymousCallsPerAddress' satisfies LimitName

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    transformer: wire,
    sse: {
      ping: { enabled: true, intervalMs: HEARTBEAT },
      client: { reconnectAfterInactivityMs: SILENCE },
    },
    // Whatever NODE_ENV says: no stack leaves the server.
    isDev: false,
    errorFormatter: ({ error, ctx }): ErrorShape => toErrorShape(error, ctx?.request.requestId ?? requestIdOf(error)),
  })

export const { router, createCallerFactory } = t

const withReasons = t.middleware(async ({ ctx, meta, next }) => {
  const result = await next()
  ctx.answerBudget.end(meta?.mostBytes ?? 0)
  if (!result.ok) throw withCodeOfReason(result.error as TRPCError)
  return result
})

/** Every call costs a point, also each one of a batch: here one of the address. */
const withAddressLimit = t.middleware(async ({ ctx, meta, next }) => {
  await chargeAddress(ctx, meta?.addressLimit)
  return next()
})

/** For everybody. Every procedure starts from this one or from one of those below. */
const publicProcedure = t.procedure.meta({ access: 'anyone' }).use(observed).use(withReasons).use(withAddressLimit)

/** For callers who are known: `ctx.userId` is whose things the call is about. A call costs one of the user's points. */
export const protectedProcedure = t.procedure
  .meta({ access: 'user' })
  .use(observed)
  .use(withReasons)
  .use(async ({ ctx, meta, type, signal, next }) => {
    const caller = await identify(ctx)
    await refuseEnded(ctx, caller)
    const { userId } = caller
    const limited = ctx.request.address !== null
    if (limited) await charge(ctx, 'callsPerUser', userId)
    /** Does work at the database when it is its turn among the user's own. */
    const inTurn: InTurn = (work) => (limited ? ctx.turns.run(userId, work, signal) : work())
    const proceed = async () => {
      const result = await next({ ctx: { caller, userId, inTurn } })
      // It may have waited for its turn. What a change answers was written while the caller had access.
      if (type === 'query' && result.ok) await refuseEnded(ctx, caller)
      return result
    }
    // A stream is open for hours: it takes a turn for each page that it reads.
    if (type === 'subscription') return proceed()
    // The answer waits for its room before the call takes a turn, for which other calls of the user wait.
    return meta?.mostBytes === undefined
      ? inTurn(proceed)
      : ctx.answerBudget.spend({ userId, mostBytes: meta.mostBytes }, () => inTurn(proceed))
  })

/**
 * For calls that cost the database more than others: charges the user for what they cost beyond the one point of every
 * call, by their input.
 */
export function costing<Input>(points: (input: Input) => number) {
  return async <Result>(call: {
    ctx: Context & { userId: string }
    input: Input
    next: () => Promise<Result>
  }): Promise<Result> => {
    const { ctx, input, next } = call
    const more = points(input)
    if (ctx.request.address !== null && more > 0) {
      settle(ctx, 'callsPerUser', await ctx.limits.consume('callsPerUser', ctx.userId, more))
    }
    return next()
  }
}

/** For what changes tasks or tags: tells the streams, once it is committed. */
export const announcingProcedure = protectedProcedure.use(async ({ ctx, next }) => {
  const result = await next()
  if (result.ok) ctx.changes.announce(ctx.userId, versionOf(result.data))
  return result
})

/** For what tries a password or sets the cookie: no batch, which a limit would count as one, and no stream. */
export const alone = t.middleware(({ ctx, next }) => {
  if (ctx.request.batchSize > 1 || ctx.request.streamed) throw new DomainError('MALFORMED_REQUEST')
  return next()
})

/** For those who are about to sign in. */
export const signInProcedure = publicProcedure.use(alone)

/** For whoever brings the refresh token, whose cookie a browser sends along without being asked. */
export const cookieProcedure = signInProcedure.meta({ access: 'cookie' }).use(({ ctx, next }) => {
  if (ctx.request.crossSite) throw new DomainError('CROSS_SITE')
  return next()
})

/** For people, not their tools: what an API token or another issuer's token may not do. */
export const sessionProcedure = protectedProcedure.meta({ access: 'person' }).use(({ ctx, next }) => {
  const person = personOf(ctx.caller)
  if (person === null) throw new DomainError('FORBIDDEN')
  return next({ ctx: person })
})

/** A person who has signed in here, by which session if by one; null for an API token or another issuer's token. */
export function personOf(caller: Caller): { sessionId: string | null } | null {
  if (caller.kind === 'apiToken' || caller.kind === 'external') return null
  return { sessionId: caller.kind === 'session' ? caller.sessionId : null }
}

/** Finds out who is calling. Whoever is not known costs the address a point. */
async function identify(ctx: Context): Promise<Caller> {
  const { address } = ctx.request
  if (address !== null && mayBeMadeUp(ctx)) return identifyInAdvance(ctx, address)
  return ctx.findCaller().catch(async (error: unknown) => {
    // Any other error is a fault of ours, while the caller may be well known.
    if (error instanceof DomainError) await chargeAddress(ctx)
    throw error
  })
}

/**
 * Refuses whoever was known when the request came and has lost access since: calls of a batch, and those that wait for
 * their turn, are made long after.
 */
async function refuseEnded({ db, identity, request, receivedAt }: Context, caller: Caller): Promise<void> {
  const { bearerToken } = request
  if (bearerToken === null || !identity.sessionCheck.hasForgotten(caller.userId, receivedAt)) return
  await reauthenticate(db, identity, { bearerToken, caller })
}

/** Takes a point before the database is asked, which past the limit it is not, and gives it back to a caller who is known. */
async function identifyInAdvance(ctx: Context, address: string): Promise<Caller> {
  const point = await ctx.limits.consume(ANONYMOUS, address)
  if (point.exceeded) settle(ctx, ANONYMOUS, point)
  const caller = await ctx.findCaller().catch(async (error: unknown) => {
    if (error instanceof DomainError) settle(ctx, ANONYMOUS, point)
    else await ctx.limits.reward(ANONYMOUS, address)
    throw error
  })
  await ctx.limits.reward(ANONYMOUS, address)
  return caller
}

/** Whether it takes the database to tell: other tokens are signed, and a made-up one fails without it. */
function mayBeMadeUp({ request: { bearerToken }, identity: { apiTokenCheck } }: Context): boolean {
  return bearerToken !== null && isApiToken(bearerToken) && !apiTokenCheck.isProven(bearerToken)
}

/** Charges whoever is not known; nobody who comes by no network. */
async function chargeAddress(ctx: Context, name: LimitName = ANONYMOUS): Promise<void> {
  if (ctx.request.address !== null) await charge(ctx, name, ctx.request.address)
}

/** What a charge needs to know of a call. */
type Charged = Pick<Context, 'limits'> & {
  request: Pick<RequestInfo, 'audit' | 'reportLimit'>
  knownUserId?: Context['knownUserId']
}

/** Charges a call and tells the caller what is left. @throws DomainError RATE_LIMITED */
export async function charge(ctx: Charged, name: LimitName, key: string): Promise<LimitState> {
  const state = await ctx.limits.consume(name, key)
  settle(ctx, name, state)
  return state
}

function settle(ctx: Charged, name: LimitName, state: LimitState): void {
  ctx.request.reportLimit(state)
  if (!state.exceeded) return
  const userId = ctx.knownUserId?.() ?? null
  ctx.request.audit({ event: 'throttled', limit: name, points: state.limit, ...(userId !== null && { userId }) })
  throw new DomainError('RATE_LIMITED', { retryAfter: state.resetSeconds })
}

/** The version that the changed row has got, where the answer holds it. */
function versionOf(answer: unknown): number | undefined {
  return typeof answer === 'object' && answer !== null && 'version' in answer ? Number(answer.version) : undefined
}
