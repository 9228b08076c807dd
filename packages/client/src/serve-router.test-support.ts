import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { testDatabase } from '@taskwire/prisma/testing'
import { appRouter, createContext, type Services } from '@taskwire/router'
import { testRequest, testServices } from '@taskwire/router/testing'
import { createHTTPServer } from '@trpc/server/adapters/standalone'

/** The real router on an address of its own. */
export interface TestServer {
  url: string
  services: Services
  close(): Promise<void>
}

/** Serves the real router, on a database of the suite's own; call it in `beforeAll`. */
export async function serveRouter(): Promise<TestServer> {
  const services = testServices((await testDatabase()).client)
  const server = createHTTPServer({
    router: appRouter,
    basePath: '/trpc/',
    maxBatchSize: 10,
    createContext: ({ req }) =>
      createContext(services, testRequest({ bearerToken: req.headers.authorization?.replace('Bearer ', '') ?? null })),
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    services,
    async close() {
      server.closeAllConnections()
      server.close()
      await services.close()
    },
  }
}
