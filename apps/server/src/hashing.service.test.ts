import { randomUUID } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { registeredCalls, type TrpcCalls, trpcCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from './testing/test-server.ts'

let db: OpenDatabase
beforeAll(async () => {
  db = await openDatabase({ url: await freshServerUrl(), dataDir: '' })
})
afterAll(() => db.close())

/** What other work of this machine takes away comes and goes: the best of three rounds is what the server can do. */
const ROUNDS = 3

/** Milliseconds between two lists: enough for the sign-ins to come to their end, and not only the lists. */
const PAUSE = 5

function signIn(server: TestServer, email: string) {
  return trpcCalls(server).mutate('auth.login', { json: { email, password: 'incorrect horse battery staple' } })
}

interface Round {
  /** Milliseconds by which the event loop, which server and test share, was late. */
  p99: number
  /** Answers of `task.list` meanwhile. */
  listed: number
}

async function signInWhileListing(server: TestServer, calls: TrpcCalls): Promise<Round> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  let busy = true
  const logins = Promise.all(Array.from({ length: 32 }, () => signIn(server, `${randomUUID()}@example.com`))).finally(
    () => {
      busy = false
    },
  )
  let listed = 0
  while (busy) {
    expect((await calls.query('task.list')).status).toBe(200)
    listed += 1
    await setTimeout(PAUSE)
  }
  delay.disable()
  for (const { status } of await logins) expect(status).toBe(401)
  return { p99: delay.percentile(99) / 1e6, listed }
}

test('while 32 sign-ins hash at cost 12 the event loop goes on, and task.list answers', {
  timeout: 180_000,
}, async () => {
  await using server = await testServer(db, { services: { bcryptCost: 12 } })
  const calls = await registeredCalls(server)
  for (let count = 0; count < 20; count++) await calls.mutate('task.create', { json: { title: `Task ${count}` } })
  // Both threads start.
  await Promise.all([1, 2].map((count) => signIn(server, `nobody-${count}@example.com`)))

  const rounds: Round[] = []
  while (rounds.length < ROUNDS && !rounds.some(({ p99 }) => p99 < 50)) {
    rounds.push(await signInWhileListing(server, calls))
  }
  expect(Math.min(...rounds.map(({ p99 }) => p99))).toBeLessThan(50)
  for (const { listed } of rounds) expect(listed).toBeGreaterThan(100)
})
