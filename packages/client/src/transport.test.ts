import type { AppRouter } from '@taskwire/router'
import { type TestUser, testUser } from '@taskwire/router/testing'
import { createTRPCClient } from '@trpc/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { promiseLink } from './promise-link.ts'
import { testBrowser } from './testing/browser.ts'
import { serveRouter, type TestServer } from './testing/serve-router.ts'
import { transportLink, withToken } from './transport.ts'

let server: TestServer
let ada: TestUser
let bob: TestUser

beforeAll(async () => {
  server = await serveRouter()
  ada = await testUser(server.services)
  bob = await testUser(server.services)
})
afterAll(() => server.close())

test('calls of two users within a tick travel apart', async () => {
  const { fetch, seen } = testBrowser()
  const client = createTRPCClient<AppRouter>({
    links: [
      promiseLink((operation, send) => send(withToken(operation, String(operation.context['as'])))),
      transportLink({ endpoint: `${server.url}/trpc`, credentials: 'omit', fetch, headers: undefined }),
    ],
  })
  const whoAmI = ({ accessToken }: TestUser) => client.auth.me.query(undefined, { context: { as: accessToken } })

  expect(await Promise.all([ada, ada, bob].map(whoAmI))).toEqual([ada.user, ada.user, bob.user])
  expect(seen.map(({ procedures, authorization }) => [procedures.length, authorization])).toEqual([
    [2, `Bearer ${ada.accessToken}`],
    [1, `Bearer ${bob.accessToken}`],
  ])
})
