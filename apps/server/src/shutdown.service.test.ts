import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildServer, type ServerProcess, startFromBuild } from '@taskwire/config/testing'
import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { registeredCalls, trpcCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addTasks } from './testing/add-tasks.ts'
import { readState } from './testing/replica.ts'
import { type RoamingReader, roamingReader } from './testing/roaming-reader.ts'
import { slowReader } from './testing/slow-reader.ts'

const USERS = 10
const STREAMS_PER_USER = 5
/** Milliseconds. */
const SHUTDOWN = 10_000

let databaseUrl: string
let processes: ServerProcess[]
let urls: string[]
beforeAll(async () => {
  await buildServer()
  databaseUrl = await freshServerUrl()
  processes = [0, 1].map(() =>
    startFromBuild({
      DATABASE_URL: databaseUrl,
      PUBLIC_URL: 'http://localhost:0',
      JWT_SECRET: 'a secret of tests, at least 32 characters',
      BCRYPT_COST: '10',
      SHUTDOWN_DRAIN: '0s',
      RATE_LIMIT_MULTIPLIER: '10000',
    }),
  )
  urls = await Promise.all(processes.map(({ url }) => url))
}, 120_000)
afterAll(async () => {
  for (const server of processes ?? []) await server[Symbol.asyncDispose]()
})

test('a server that is told to stop under load loses no write, and its streams go on elsewhere', async () => {
  const users = await Promise.all(Array.from({ length: USERS }, () => registeredCalls({ url: urls[0] ?? '' })))
  const elsewhere = () => urls[1] ?? ''
  let pickUrl = () => urls[0] ?? ''
  const readers: RoamingReader[] = users.flatMap(({ token }) =>
    Array.from({ length: STREAMS_PER_USER }, () =>
      roamingReader({ token, pickUrl: () => pickUrl(), pickPatience: () => 60_000 }),
    ),
  )
  const stalled = await stalledReader()

  const acknowledged = users.map(() => new Set<string>())
  let writing = true
  const written = users.map(async ({ token }, index) => {
    while (writing) {
      const { mutate } = trpcCalls({ url: urls[randomInt(2)] ?? '', token })
      const answer = await mutate<{ id: string }>('task.create', {
        json: { title: 'Write', description: 'x'.repeat(5_000) },
      }).catch(() => sleep(20))
      if (answer?.data !== undefined) acknowledged[index]?.add(answer.data.id)
    }
  })
  await sleep(3_000)
  const told = performance.now()
  processes[0]?.kill('SIGTERM')
  pickUrl = elsewhere
  const ending = await processes[0]?.ended
  expect(performance.now() - told).toBeLessThan(SHUTDOWN)
  expect(ending).toMatchObject({ code: 0, complaints: [] })
  await stalled.close()
  await sleep(500)
  writing = false
  await Promise.all(written)

  const states = await Promise.all(users.map(({ token }) => readState(trpcCalls({ url: elsewhere(), token }))))
  for (const [index, { tasks }] of states.entries()) {
    const stored = new Set(tasks.map(({ id }) => id))
    expect([...(acknowledged[index] ?? [])].filter((id) => !stored.has(id))).toEqual([])
  }
  expect(Math.min(...acknowledged.map(({ size }) => size))).toBeGreaterThan(1)
  await expect
    .poll(() => readers.map(({ replica }) => replica.state()), { timeout: 6_000 })
    .toEqual(states.flatMap((state) => Array(STREAMS_PER_USER).fill(state)))
  await Promise.all(readers.map(({ stop }) => stop()))
  expect(readers.map(({ reasons }) => reasons)).toEqual(readers.map(() => ['ended']))
  expect(readers.map(({ replica }) => replica.repeats)).toEqual(readers.map(() => 0))
}, 60_000)

/** One for whom more waits than the kernel takes: its stream does not come to an end by itself. */
async function stalledReader(): Promise<ReturnType<typeof slowReader>> {
  const { email, token } = await registeredCalls({ url: urls[0] ?? '' })
  await using database = await openDatabase({ url: databaseUrl, dataDir: '' })
  await addTasks(database.client, { email, count: 3_000, characters: 5_000 })
  return slowReader({ url: urls[0] ?? '', token, bytesPerSecond: 0 })
}
