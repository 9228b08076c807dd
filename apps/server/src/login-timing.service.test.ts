import { randomUUID } from 'node:crypto'
import { registeredCalls, trpcCalls } from '@taskwire/router/testing'
import { expect } from 'vitest'
import { testWith } from './testing/fixture.ts'
import type { TestServer } from './testing/test-server.ts'

/** How much longer one of a pair of sign-ins may take than the other. */
const ALLOWED = 1.05
/**
 * If neither kind takes longer than allowed, it does so by chance in at most half of the pairs. In 76 of 101, for one
 * kind or the other: with a chance below 4 in 10 million.
 */
const PAIRS = 101
const TOO_OFTEN = 76

const test = testWith({ services: { bcryptCost: 10 } })

async function signIn(
  server: TestServer,
  email: string,
): Promise<{ status: number; body: string; milliseconds: number }> {
  const started = performance.now()
  const { status, text } = await trpcCalls(server).mutate('auth.login', {
    json: { email, password: 'incorrect horse battery staple' },
  })
  const milliseconds = performance.now() - started
  return { status, body: text.replace(/"requestId":"[\w-]+"/, '"requestId":""'), milliseconds }
}

test('signing in tells by its answer nothing of whether there is such an account', async ({ server }) => {
  const { email } = await registeredCalls(server)
  const [known, unknown] = [await signIn(server, email), await signIn(server, `${randomUUID()}@example.com`)]
  expect(known).toMatchObject({ status: 401, body: unknown.body })
  expect(unknown.status).toBe(401)
})

test('nor by the time that it takes', { timeout: 120_000 }, async ({ server }) => {
  const { email } = await registeredCalls(server)
  // The first sign-in waits for a thread to start.
  await signIn(server, 'nobody@example.com')
  const longer = { known: 0, unknown: 0 }
  for (let pair = 0; pair < PAIRS; pair++) {
    // Each comes first as often as the other.
    const order = pair % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)
    const times = { known: 0, unknown: 0 }
    for (const kind of order) {
      const address = kind === 'known' ? email : `${randomUUID()}@example.com`
      times[kind] = (await signIn(server, address)).milliseconds
    }
    if (times.known > ALLOWED * times.unknown) longer.known += 1
    if (times.unknown > ALLOWED * times.known) longer.unknown += 1
  }
  expect(Math.max(longer.known, longer.unknown)).toBeLessThan(TOO_OFTEN)
})
