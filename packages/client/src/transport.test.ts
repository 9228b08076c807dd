import type { AppRouter } from '@taskwire/router'
import type { TestUser } from '@taskwire/router/testing'
import { createTRPCClient } from '@trpc/client'
import { expect } from 'vitest'
import { withToken } from './headers.ts'
import { promiseLink } from './promise-link.ts'
import { test } from './testing/client-test.ts'
import { transportLink } from './transport.ts'

test('calls of two users within a tick travel apart', async ({ server, ada, bob, browser }) => {
  const { fetch, seen } = browser
  const client = createTRPCClient<AppRouter>({
    links: [
      promiseLink((operation, send) => send(withToken(operation, String(operation.context['as'])))),
      transportLink({ endpoint: `${server.url}/trpc`, credentials: 'omit', fetch }),
    ],
  })
  const whoAmI = ({ accessToken }: TestUser) => client.auth.me.query(undefined, { context: { as: accessToken } })

  expect(await Promise.all([ada, ada, bob].map(whoAmI))).toEqual([ada.user, ada.user, bob.user])
  expect(seen.map(({ procedures, authorization }) => [procedures.length, authorization])).toEqual([
    [2, `Bearer ${ada.accessToken}`],
    [1, `Bearer ${bob.accessToken}`],
  ])
})
