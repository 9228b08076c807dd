import {
  appRouter,
  attachRequestId,
  createContext,
  reasonOf,
  type Services,
} from '@taskwire/router'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import type { Handler, Request, Response } from 'express'
import type { SessionCookie } from './session-cookie.ts'

/** Calls in one batch at most. */
const MAX_BATCH_SIZE = 10
/** Bytes. */
const MAX_BODY_SIZE = 100_000

const BEARER = /^Bearer +(\S+) *$/i

/** Serves the router over tRPC's protocol: what is HTTP ends here. */
export function trpcMiddleware({ services, cookie }: { services: Services; cookie: SessionCookie }): Handler {
  return createExpressMiddleware({
    router: appRouter,
    maxBatchSize: MAX_BATCH_SIZE,
    maxBodySize: MAX_BODY_SIZE,
    createContext: ({ req, res }) => createContext(services, requestInfo({ req, res, cookie })),
    onError({ error, req, path }) {
      attachRequestId(error, String(req.id))
      if (reasonOf(error) === 'INTERNAL') req.log.error({ err: error.cause ?? error, path }, 'A call failed')
    },
  })
}

function requestInfo({ req, res, cookie }: { req: Request; res: Response; cookie: SessionCookie }) {
  return {
    requestId: String(req.id),
    device: { userAgent: req.get('user-agent') ?? null, ip: canonicalAddress(req.ip) },
    bearerToken: BEARER.exec(req.get('authorization') ?? '')?.[1] ?? null,
    refreshToken: cookie.read(req),
    setRefreshToken: (token: Parameters<SessionCookie['write']>[1]) => cookie.write(res, token),
  }
}

/** An IPv4 address that came in over an IPv6 socket is that IPv4 address. */
function canonicalAddress(ip: string | undefined): string | null {
  return ip?.replace(/^::ffff:(?=\d+\.)/i, '') ?? null
}
