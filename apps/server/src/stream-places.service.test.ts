import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerProcess, startFromSource } from '@taskwire/config/testing'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { type ChangeStream, openChangeStream, registeredCalls, type TrpcCalls } from '@taskwire/router/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ownRedis } from './testing/own-redis.ts'
import type { Removable } from './testing/removable.ts'

/** Milliseconds within which a process hears that one of its streams has to go, on a busy machine. */
const HEARD = 15_000
/** Milliseconds after which streams of a process that has crashed count no longer, and some. */
const FORGOTTEN = 30_000

let redis: Removable
let databaseUrl: string
let places: Redis
const processes: ServerProcess[] = []
const urls: string[] = []
let ada: TrpcCalls & { token: string }
let streams: Listening[]

beforeAll(async () => {
  redis = await ownRedis()
  databaseUrl = await freshServerUrl()
  places = new Redis(redis.url)
  places.on('error', () => {})
  await Promise.all([startProcess(0), startProcess(1)])
})
beforeEach(async () => {
  ada = await registeredCalls({ url: urls[0] ?? '' })
  streams = []
})
afterEach(() => {
  for (const { cut } of streams) cut()
})
afterAll(async () => {
  places?.disconnect()
  for (const server of processes) await server[Symbol.asyncDispose]()
  await redis?.[Symbol.asyncDispose]()
})

/** With the limits of production; in the place of another process if there was one. */
async function startProcess(place: number): Promise<void> {
  const server = startFromSource({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    JWT_SECRET: 'a secret of tests, at least 32 characters',
    BCRYPT_COST: '4',
  })
  processes[place] = server
  urls[place] = await server.url
}

interface Listening extends ChangeStream {
  /** How it has ended, as far as it has. */
  end: Awaited<ChangeStream['ended']> | null
}

/** Opens so many streams of the user, one after the other, at the processes in turn. */
async function listen(count: number, pick = (index: number) => index % 2): Promise<Listening[]> {
  const opened: Listening[] = []
  for (let index = 0; index < count; index += 1) {
    const stream = openChangeStream({ url: urls[pick(index)] ?? '', token: ada.token, since: 0 })
    const listening: Listening = { ...stream, end: null }
    stream.ended.then((end) => {
      listening.end = end
    })
    await stream.connected
    opened.push(listening)
    // Redis is asked once the stream has been accepted.
    await sleep(50)
  }
  streams.push(...opened)
  return opened
}

/** How many places Redis knows to be taken by users, whoever they are. */
async function taken(): Promise<number> {
  let count = 0
  for (const key of await places.keys('taskwire:streams:user:*')) count += await places.zcard(key)
  return count
}

const displaced = { by: 'server', reason: 'RATE_LIMITED' }

test('a user has 10 streams at two processes, and the newest take the places of the oldest wherever those are', async () => {
  const [first, second, ...others] = await listen(10)
  await sleep(6_000)
  expect([first, second, ...others].map((stream) => stream?.end)).toEqual(Array(10).fill(null))
  const newer = await listen(2, () => 1)
  for (const stream of [first, second]) {
    await expect.poll(() => stream?.end, { timeout: HEARD }).toEqual(displaced)
  }
  await sleep(6_000)
  expect([...others, ...newer].map(({ end }) => end)).toEqual(Array(10).fill(null))
}, 60_000)

test('a stream that ends frees its place in both processes', async () => {
  await expect.poll(taken, { timeout: HEARD }).toBe(0)
  const [oldest] = await listen(1, () => 0)
  for (let round = 0; round < 3; round += 1) {
    const others = await listen(9, () => 1)
    await expect.poll(taken, { timeout: HEARD }).toBe(10)
    for (const { cut } of others) cut()
    await expect.poll(taken, { timeout: HEARD }).toBe(1)
  }
  expect(oldest?.end).toBeNull()
}, 60_000)

test('the streams of a process that was killed do not count for long', async () => {
  await listen(10, () => 0)
  await expect.poll(taken, { timeout: HEARD }).toBe(10)
  processes[0]?.kill('SIGKILL')
  await processes[0]?.ended
  const restarted = startProcess(0)
  const [survivor] = await listen(1, () => 1)
  await expect.poll(taken, { timeout: FORGOTTEN, interval: 500 }).toBe(1)
  await restarted
  await listen(9)
  await sleep(6_000)
  expect(survivor?.end).toBeNull()
}, 90_000)

test('while Redis is away each process counts its own, and once it is back they count together', async () => {
  const before = await listen(10, () => 0)
  await redis.takeAway()
  const newer = await listen(1, () => 1)
  await sleep(6_000)
  expect([...before, ...newer].map(({ end }) => end)).toEqual(Array(11).fill(null))

  await redis.giveBack()
  await expect.poll(() => before.filter(({ end }) => end !== null).length, { timeout: 2 * HEARD }).toBe(1)
  expect(before[0]?.end).toEqual(displaced)
  await sleep(6_000)
  expect([...before.slice(1), ...newer].map(({ end }) => end)).toEqual(Array(10).fill(null))
}, 90_000)

test('a Redis that does not answer holds up no stream', async () => {
  await ada.mutate('task.create', { json: { title: 'A' } })
  redis.hold()
  const started = performance.now()
  const late = await new Promise<number>((resolve) => {
    const onChange = () => resolve(performance.now() - started)
    streams.push({ ...openChangeStream({ url: urls[0] ?? '', token: ada.token, since: 0, onChange }), end: null })
  })
  redis.goOn()
  // It takes a tenth of that where nothing else is going on.
  expect(late).toBeLessThan(1_000)
})
