import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MAX_BATCH_SIZE } from '@taskwire/contract'
import { testDatabase } from '@taskwire/prisma/testing'
import { appRouter, createContext, type RequestInfo, type Services } from '@taskwire/router'
import { testRequest, testServices } from '@taskwire/router/testing'
import { createHTTPServer } from '@trpc/server/adapters/standalone'

/** The real router on an address of its own. */
export interface TestServer {
  url: string
  services: Services
  /** Whether it gives the refresh token to clients that ask for it. */
  refreshTokenInBody: boolean
  /** Makes the server find that all access tokens which are out have expired. */
  expireTokens(): void
  close(): Promise<void>
}

/** Serves the real router, on a database of the suite's own. */
export async function serveRouter(overrides: Parameters<typeof testServices>[1] = {}): Promise<TestServer> {
  const { close, ...realServices } = testServices((await testDatabase()).client, overrides)
  const { tokens, expireTokens } = tokensThatExpire(realServices.identity.tokens)
  const services = { ...realServices, identity: { ...realServices.identity, tokens } }
  const server = createHTTPServer({
    router: appRouter,
    basePath: '/trpc/',
    maxBatchSize: MAX_BATCH_SIZE,
    createContext: ({ req, res, info }) =>
      createContext(services, testRequest({ ...readRequest(req, res, served), batchSize: info.calls.length })),
  })
  const served: TestServer = {
    url: '',
    services,
    refreshTokenInBody: false,
    expireTokens,
    async close() {
      server.closeAllConnections()
      server.close()
      await close()
    },
  }
  await once(server.listen(0, '127.0.0.1'), 'listening')
  served.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return served
}

type Tokens = Services['identity']['tokens']

/** Milliseconds: longer than any access token lives. */
const DAY = 86_400_000

/** Changes no clock for longer than one verification: database, ids and limits go by it too. */
function tokensThatExpire(tokens: Tokens): { tokens: Tokens; expireTokens(): void } {
  const issued = new Set<string>()
  const expired = new Set<string>()
  return {
    expireTokens() {
      for (const token of issued) expired.add(token)
    },
    tokens: {
      ...tokens,
      signAccess(subject) {
        const signed = tokens.signAccess(subject)
        issued.add(signed.token)
        // Within the same second the server signs the very same token again.
        expired.delete(signed.token)
        return signed
      },
      verifyAccess: (token) =>
        expired.has(token) ? aDayLater(() => tokens.verifyAccess(token)) : tokens.verifyAccess(token),
    },
  }
}

function aDayLater<T>(look: () => T): T {
  const { now } = Date
  Date.now = () => now() + DAY
  try {
    return look()
  } finally {
    Date.now = now
  }
}

/** Token and cookie, or the refresh token in its place, as the real server reads and sets them. */
function readRequest(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { refreshTokenInBody }: TestServer,
): Partial<RequestInfo> {
  const bearerToken = headers.authorization?.replace('Bearer ', '') ?? null
  if (refreshTokenInBody && headers['taskwire-session'] === 'body') {
    const refreshToken = headers['taskwire-refresh-token']
    return {
      bearerToken,
      refreshToken: typeof refreshToken === 'string' ? refreshToken : null,
      keepsRefreshToken: true,
    }
  }
  return {
    bearerToken,
    refreshToken: /\btaskwire=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? null,
    setRefreshToken: (token) => response.setHeader('set-cookie', `taskwire=${token?.token ?? ''}; HttpOnly; Path=/`),
  }
}
