import { appRouter, createContext } from '@taskwire/router'
import { callTRPCProcedure } from '@trpc/server'
import { type CallingOptions, type Exchange, requestInfo } from '../request-info.ts'
import type { ServedRoute } from './rest-routes.ts'

/** A call as one request makes it. */
interface Call extends Exchange {
  route: Pick<ServedRoute, 'procedure' | 'type' | 'mostBytes'>
  /** Gives the input once the procedure asks for it: by then it knows the caller, and has charged the call. */
  readInput(): unknown
}

/** What a procedure has answered, and what tells when nobody waits for it any more. */
interface Answered {
  answer: unknown
  closed: AbortSignal
}

/** Calls a procedure as tRPC does. @throws TRPCError */
export async function callProcedure(
  { route: { procedure, type, mostBytes }, readInput, ...exchange }: Call,
  options: CallingOptions,
): Promise<Answered> {
  const info = requestInfo(exchange, { batchSize: 1, streamed: false, mostBytes }, options)
  const { closed } = info.answer
  const answer = await callTRPCProcedure({
    router: appRouter,
    path: procedure,
    type,
    ctx: await createContext(options.services, info),
    getRawInput: async () => readInput(),
    signal: closed,
    batchIndex: 0,
  })
  return { answer, closed }
}
