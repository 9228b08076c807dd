import { MAX_BATCH_SIZE } from '@taskwire/contract'
import {
  appRouter,
  attachRequestId,
  createContext,
  type Meta,
  type RequestInfo,
  reasonOf,
  retryAfterOf,
} from '@taskwire/router'
import { type CreateExpressContextOptions, createExpressMiddleware } from '@trpc/server/adapters/express'
import type { Handler } from 'express'
import { chargeUnanswered } from './charge-unanswered.ts'
import { callFailed } from './log/call-failed.ts'
import { type CallingOptions, requestInfo } from './request-info.ts'

/** Serves the router over tRPC's protocol, after `refuseBadUrls` and `readBody`. */
export function trpcMiddleware(options: CallingOptions): Handler {
  return createExpressMiddleware({
    router: appRouter,
    maxBatchSize: MAX_BATCH_SIZE,
    middleware(request, response, next) {
      chargeUnanswered(options, { request, response }).then(() => next(), next)
    },
    createContext: ({ req: request, res: response, info }) =>
      createContext(options.services, requestInfo({ request, response }, asked(info), options)),
    responseMeta({ errors }) {
      // tRPC's own Vary replaces the one that is set already; of several, ours is added to it.
      const headers = new Headers({ vary: 'Origin' })
      const waits = errors.map(retryAfterOf).filter((seconds) => seconds !== undefined)
      if (waits.length > 0) headers.set('retry-after', String(Math.max(...waits)))
      return { headers }
    },
    onError({ error, req, path }) {
      attachRequestId(error, String(req.id))
      callFailed(req, { reason: reasonOf(error), cause: error.cause ?? error, procedure: path }, options.outages)
    },
  })
}

function asked({ calls, accept }: CreateExpressContextOptions['info']) {
  const metas = calls.map(({ procedure }): Meta | undefined => procedure?._def.meta as Meta | undefined)
  return {
    batchSize: calls.length,
    mostBytes: metas.reduce((sum, meta) => sum + (meta?.mostBytes ?? 0), 0),
    streamed: accept === 'application/jsonl',
  } satisfies Partial<RequestInfo> & { mostBytes: number }
}
