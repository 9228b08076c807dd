import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenDatabase } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import { beforeAll, expect, inject, test } from 'vitest'
import { type ChangeBus, type ChangeHub, type ChangeWatcher, createChangeHub } from './change-hub.ts'

let db: OpenDatabase['client']
beforeAll(async () => {
  db = (await testDatabase()).client
})

const ADA = '00000000-0000-7000-8000-00000000ada0'
const EVE = '00000000-0000-7000-8000-00000000e0e0'

/** A bus within this process, which remembers what was published. */
function memoryBus(): ChangeBus & { messages: string[]; gap(): void } {
  const listeners: { onMessage(message: string): void; onGap(): void }[] = []
  const messages: string[] = []
  return {
    messages,
    gap() {
      for (const { onGap } of listeners) onGap()
    },
    async publish(message) {
      messages.push(message)
      for (const { onMessage } of listeners) onMessage(message)
    },
    subscribe(onMessage, onGap) {
      listeners.push({ onMessage, onGap })
    },
  }
}

const never = new AbortController().signal

function watch(hub: ChangeHub, signal = never): ChangeWatcher {
  return hub.watch(ADA, signal)
}

/** Whether the watcher has something to tell, or comes to its end, within a moment. */
async function wakes(watcher: ChangeWatcher, version: number): Promise<boolean> {
  return Promise.race([watcher.next(version).then(() => true), sleep(80, false)])
}

test('a change is told to those who watch the user, and to nobody else', async () => {
  const hub = createChangeHub({ db, bus: null })
  using mine = watch(hub)
  using also = watch(hub)
  using others = hub.watch(EVE, never)
  hub.announce(ADA, 7)
  expect(await wakes(mine, 6)).toBe(true)
  expect(await wakes(also, 6)).toBe(true)
  expect(await wakes(others, 0)).toBe(false)
})

test('what was announced while nobody waited is told at once, and what is known already is not', async () => {
  const hub = createChangeHub({ db, bus: null })
  using watcher = watch(hub)
  hub.announce(ADA, 7)
  hub.announce(ADA, 5)
  expect(await wakes(watcher, 7)).toBe(false)
  hub.announce(ADA, 8)
  expect(await wakes(watcher, 7)).toBe(true)
})

test('a change without a version is told once, and again when there is another', async () => {
  const hub = createChangeHub({ db, bus: null })
  using watcher = watch(hub)
  hub.announce(ADA)
  expect(await wakes(watcher, 7)).toBe(true)
  expect(await wakes(watcher, 7)).toBe(false)
  hub.announce(ADA)
  expect(await wakes(watcher, 7)).toBe(true)
})

test.each(['', '!', `!${ADA}`, `!${ADA}:7`, ADA, `${ADA}:x`, `${ADA}:99999`])(
  'the message %j, which nobody should have sent, wakes once at most',
  async (message) => {
    const bus = memoryBus()
    using watcher = watch(createChangeHub({ db, bus }))
    await bus.publish(message)
    await wakes(watcher, 7)
    expect(await wakes(watcher, 7)).toBe(false)
  },
)

test('who is no longer interested is woken, and so is everybody when the hub closes, also who comes after', async () => {
  const hub = createChangeHub({ db, bus: null })
  const leaving = new AbortController()
  using one = watch(hub, leaving.signal)
  using two = watch(hub)
  const waiting = [one.next(7), two.next(7)]
  expect(one.over).toBe(false)
  leaving.abort()
  await waiting[0]
  expect([one.over, two.over]).toEqual([true, false])
  await hub.close()
  await waiting[1]
  using late = watch(hub)
  expect([two.over, late.over, await wakes(late, 7)]).toEqual([true, true, true])
})

test('announcements of 20 ms are one message, each user once with the latest version', async () => {
  const bus = memoryBus()
  const hub = createChangeHub({ db, bus })
  using watcher = watch(createChangeHub({ db, bus }))
  for (let version = 1; version <= 1_000; version += 1) hub.announce(version % 2 === 0 ? ADA : EVE, version)
  expect(bus.messages).toEqual([])
  expect(await wakes(watcher, 999)).toBe(true)
  expect(bus.messages).toEqual([`${EVE}:999,${ADA}:1000`])

  const start = performance.now()
  while (performance.now() - start < 200) {
    hub.announce(ADA)
    await sleep(1)
  }
  await sleep(40)
  expect(bus.messages.length - 1).toBeLessThanOrEqual(200 / 20 + 1)
  expect(bus.messages.at(-1)).toBe(`${ADA}:`)
})

test('whose access has changed is told at once here, and to the others with what else there is, before it', async () => {
  const bus = memoryBus()
  const told: string[] = []
  const hub = createChangeHub({ db, bus, onAccess: (userId) => told.push(`here ${userId}`) })
  createChangeHub({ db, bus, onAccess: (userId) => told.push(`there ${userId}`) })
  using watcher = watch(createChangeHub({ db, bus }))
  hub.announce(EVE, 7)
  hub.announceAccess(ADA)
  hub.announceAccess(ADA)
  expect(told).toEqual([`here ${ADA}`, `here ${ADA}`])
  await hub.close()
  expect(bus.messages).toEqual([`!${ADA},${EVE}:7`])
  expect(told.slice(2)).toEqual([`here ${ADA}`, `there ${ADA}`])
  expect(await wakes(watcher, 0)).toBe(false)
})

test('many users take several messages, each short enough for NOTIFY', async () => {
  const bus = memoryBus()
  const hub = createChangeHub({ db, bus })
  const users = Array.from({ length: 1_000 }, () => crypto.randomUUID())
  for (const user of users) hub.announce(user, 2_147_483_647)
  await hub.close()
  expect(Math.max(...bus.messages.map(({ length }) => length))).toBeLessThan(7_001)
  expect(bus.messages.join(',').split(',')).toEqual(users.map((user) => `${user}:2147483647`))
})

test('what is announced after closing, as by the last requests, is sent by closing again', async () => {
  const bus = memoryBus()
  const hub = createChangeHub({ db, bus })
  hub.announce(ADA, 1)
  await hub.close()
  hub.announce(ADA, 2)
  await hub.close()
  expect(bus.messages).toEqual([`${ADA}:1`, `${ADA}:2`])
})

test('a bus that fails harms nobody', async () => {
  const bus = { ...memoryBus(), publish: () => Promise.reject(new Error('away')) }
  const hub = createChangeHub({ db, bus })
  using watcher = watch(hub)
  hub.announce(ADA, 7)
  expect(await wakes(watcher, 6)).toBe(true)
  await hub.close()
})

test('after a gap, and every few seconds, the counters tell who is behind', async () => {
  const { id } = await db.user.create({ data: { email: `${crypto.randomUUID()}@example.com` } })
  const write = () => db.task.create({ data: { userId: id, title: 'Past the API' } })
  const bus = memoryBus()
  using watcher = createChangeHub({ db, bus }).watch(id, never)
  await write()
  expect(await wakes(watcher, 0)).toBe(false)
  bus.gap()
  expect(await wakes(watcher, 0)).toBe(true)

  // `pnpm test:services` waits as long as the server does.
  const sweepInterval = inject('testServer') === undefined ? 50 : undefined
  using sweeping = createChangeHub({ db, bus, sweepInterval }).watch(id, never)
  await write()
  const start = performance.now()
  await sweeping.next(1)
  expect(performance.now() - start).toBeLessThan(5_000)
})
