import { expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { send } from '../testing/send.ts'
import { type TestServer, testServer } from '../testing/test-server.ts'

const LISTED = 'https://app.example.com'
const test = testWith({ corsOrigins: [LISTED], ownOrigin: 'https://tasks.example.com' })

async function call(server: TestServer, headers: Record<string, string>): Promise<void> {
  await send(server, { method: 'GET', path: '/trpc/auth.me', headers })
}

function warnings({ log }: TestServer): { msg: string; origin?: unknown }[] {
  return log.filter(({ msg }) => /origin|Pages of/.test(msg))
}

test('an origin that is refused is named once, with the variable that lets it in', async ({ db }) => {
  await using server = await testServer(db, { corsOrigins: [LISTED] })
  const origin = 'https://forgotten.example.com'
  await send(server, {
    method: 'OPTIONS',
    path: '/trpc/auth.login',
    headers: { origin, 'access-control-request-method': 'POST' },
  })
  await call(server, { origin, 'sec-fetch-site': 'same-site' })
  await call(server, { origin })
  await call(server, { origin: 'https://other.example.com' })
  expect(warnings(server)).toMatchObject([
    { origin, msg: `Pages of ${origin} may not call: if they are yours, add it to CORS_ORIGINS` },
    { origin: 'https://other.example.com' },
  ])
})

test('nothing is said of pages that may call, of our own, and of who is no page', async ({ server }) => {
  await call(server, { origin: LISTED, 'sec-fetch-site': 'same-site' })
  await call(server, { origin: 'https://tasks.example.com', 'sec-fetch-site': 'same-origin' })
  await call(server, { origin: 'https://tasks.example.com' })
  await call(server, { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-origin' })
  await call(server, {})
  expect(warnings(server)).toEqual([])
})

test('what is no origin of a page does not come into the log', async ({ db }) => {
  await using server = await testServer(db)
  const strange = [
    'null',
    'canary',
    'https://canary.example/path',
    'https://canary.example\u009b2J',
    'HTTPS://CANARY.EXAMPLE',
    'https://user:canary@a.example',
    'javascript://canary',
    `https://${'canary.'.repeat(60)}example`,
  ]
  for (const origin of strange) await call(server, { origin })
  expect(warnings(server)).toEqual([])
  expect(JSON.stringify(server.log)).not.toMatch(/canary/i)
})

test('a hundred are named, and then no more', async ({ db }) => {
  await using server = await testServer(db)
  for (let index = 0; index < 130; index++) await call(server, { origin: `https://${index}.example` })
  const said = warnings(server)
  expect(said).toHaveLength(101)
  expect(said.at(-1)?.msg).toBe('Of further origins that are refused none is named before the next start')
})
