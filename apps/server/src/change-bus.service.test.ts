import { setTimeout as sleep } from 'node:timers/promises'
import { connectRedis } from '@taskwire/config'
import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl, openNotifications } from '@taskwire/prisma/testing'
import { testServices } from '@taskwire/router/testing'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLogger } from './log/logger.ts'
import { type FollowedWrites, followWrites } from './testing/follow-writes.ts'
import { ownRedis } from './testing/own-redis.ts'
import type { Removable } from './testing/removable.ts'
import { tcpProxy } from './testing/tcp-proxy.ts'
import { testServer } from './testing/test-server.ts'

/** Milliseconds that a change may be late while announcements do not arrive, and from the bus's return to the normal. */
const LATEST = 2_000
const RECOVERY = 2_000
/** Milliseconds of a change that was announced, on a busy machine. */
const PROMPT = 500

/** Milliseconds, a fifth of what is usual: `change-hub.test.ts` waits for the usual sweep. */
const sweepInterval = 1_000

let databaseUrl: string
let stack: AsyncDisposable[]
beforeAll(async () => {
  databaseUrl = await freshServerUrl()
})
beforeEach(() => {
  stack = []
})
afterEach(async () => {
  for (const resource of stack.reverse()) await resource[Symbol.asyncDispose]()
})

function keep<T extends AsyncDisposable>(resource: T): T {
  stack.push(resource)
  return resource
}

function expectPrompt({ writes }: FollowedWrites, { from, to }: { from: number; to: number }): void {
  const slow = writes.filter(({ at, late }) => at > from && at < to && late > PROMPT)
  expect(slow).toEqual([])
}

/** Lets the writes be followed before, while and after the bus is away. */
async function takeAwayAndBack(
  followed: FollowedWrites,
  bus: { takeAway(): Promise<unknown>; giveBack(): Promise<unknown>; away: number },
): Promise<void> {
  await sleep(1_000)
  const gone = followed.now()
  await bus.takeAway()
  await sleep(bus.away)
  await bus.giveBack()
  const back = followed.now()
  await sleep(RECOVERY + 1_000)
  await followed.stop()
  const latest = Math.max(...followed.writes.map(({ late }) => late))
  expect(latest).toBeLessThan(LATEST)
  if (bus.away > 0) expect(latest).toBeGreaterThan(PROMPT)
  expectPrompt(followed, { from: 0, to: gone - PROMPT })
  expectPrompt(followed, { from: back + RECOVERY, to: Number.POSITIVE_INFINITY })
}

describe('with LISTEN and NOTIFY', () => {
  let direct: Removable
  let followed: FollowedWrites
  beforeEach(async () => {
    direct = keep(await tcpProxy(databaseUrl))
    const servers = []
    for (let count = 0; count < 2; count += 1) {
      const db = keep(await openDatabase({ url: databaseUrl, directUrl: direct.url, dataDir: '' }))
      // A tenth of what is usual.
      const changeBus = openNotifications(direct.url, { heartbeatInterval: 1_000 })
      keep({ [Symbol.asyncDispose]: changeBus.close })
      servers.push(keep(await testServer(db, { services: { changeBus, sweepInterval } })))
    }
    const [writeTo = '', readFrom = ''] = servers.map(({ url }) => url)
    followed = await followWrites({ writeTo, readFrom })
  })

  test('nothing is missed when the server ends the connection', async () => {
    const db = keep(await openDatabase({ url: databaseUrl, dataDir: '' }))
    const terminate = () => db.client.$queryRaw`
      SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'taskwire changes'`
    await takeAwayAndBack(followed, { takeAway: async () => {}, giveBack: terminate, away: 0 })
  }, 30_000)

  test('changes are late, and not lost, while there is no way to the server', async () => {
    await takeAwayAndBack(followed, { ...direct, away: 3 * sweepInterval })
  }, 40_000)

  test('a connection that nothing gets through any more is given up', async () => {
    await sleep(1_000)
    direct.hold()
    // The next sign of life is due in 1 s at most, and may take 2 s.
    await sleep(4_000)
    direct.goOn()
    await sleep(RECOVERY)
    const back = followed.now()
    await sleep(1_000)
    await followed.stop()
    expect(Math.max(...followed.writes.map(({ late }) => late))).toBeLessThan(LATEST)
    expectPrompt(followed, { from: back, to: Number.POSITIVE_INFINITY })
  }, 40_000)
})

test('with Redis changes are late, and not lost, while it is away', async () => {
  const redis = keep(await ownRedis())
  const servers = []
  for (let count = 0; count < 2; count += 1) {
    const db = keep(await openDatabase({ url: databaseUrl, dataDir: '' }))
    const { changeBus, close } = connectRedis(redis.url, createLogger({ level: 'silent', terminal: false }))
    keep({ [Symbol.asyncDispose]: async () => close() })
    servers.push(keep(await testServer(db, { services: { changeBus, sweepInterval } })))
  }
  const [writeTo = '', readFrom = ''] = servers.map(({ url }) => url)
  const followed = await followWrites({ writeTo, readFrom })
  await takeAwayAndBack(followed, { ...redis, away: 3 * sweepInterval })
}, 40_000)

test('a Redis that is away at the start is found when it comes', async () => {
  const redis = keep(await ownRedis())
  await redis.takeAway()
  const messages: string[] = []
  const gaps: number[] = []
  const { changeBus, close } = connectRedis(redis.url, createLogger({ level: 'silent', terminal: false }))
  keep({ [Symbol.asyncDispose]: async () => close() })
  changeBus.subscribe(
    (message) => messages.push(message),
    () => gaps.push(messages.length),
  )
  await expect(changeBus.publish('lost')).rejects.toThrow()
  await redis.giveBack()
  await expect.poll(() => gaps, { timeout: RECOVERY }).toEqual([0])
  await changeBus.publish('found')
  await expect.poll(() => messages).toEqual(['found'])
})

test('a database on which nobody subscribes has no connection to listen on', async () => {
  const url = await freshServerUrl()
  const db = keep(await openDatabase({ url, dataDir: '' }))
  const listening = () => db.client.$queryRaw`
    SELECT application_name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'taskwire changes'`
  await db.ping()
  expect(await listening()).toEqual([])
  const services = testServices(db.client, { changeBus: db.notifications })
  keep({ [Symbol.asyncDispose]: services.close })
  await expect.poll(listening).toHaveLength(1)
})
