import { randomInt } from 'node:crypto'
import { type ServerProcess, startFromSource } from '@taskwire/config/testing'
import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectReadersToFollow } from './testing/random-traffic.ts'

let databaseUrl: string
const processes: ServerProcess[] = []
const urls: string[] = []
beforeAll(async () => {
  databaseUrl = await freshServerUrl()
  await Promise.all([startProcess(0), startProcess(1)])
})
afterAll(async () => {
  for (const server of processes) await server[Symbol.asyncDispose]()
})

/** Starts a process, in the place of another if there was one. */
async function startProcess(place: number): Promise<void> {
  const server = startFromSource({
    DATABASE_URL: databaseUrl,
    JWT_SECRET: 'a secret of tests, at least 32 characters',
    BCRYPT_COST: '4',
    RATE_LIMIT_MULTIPLIER: '10000',
  })
  processes[place] = server
  urls[place] = await server.url
}

test('10 000 writes through two processes, one of which is killed, reach every reader whole', async () => {
  await expectReadersToFollow({
    users: 20,
    writes: 10_000,
    atOnce: 8,
    pickUrl: () => urls[randomInt(urls.length)] ?? '',
    async halfway() {
      processes[0]?.kill('SIGKILL')
      await processes[0]?.ended
      await startProcess(0)
    },
  })
  expect(await deadlocks()).toBe(0)
}, 180_000)

/** Those that PostgreSQL has had to resolve, whether or not a caller was told. */
async function deadlocks(): Promise<number> {
  await using database = await openDatabase({ url: databaseUrl, dataDir: '' })
  const [counted] = await database.client.$queryRaw<{ deadlocks: number }[]>`
    SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`
  return counted?.deadlocks ?? Number.NaN
}
