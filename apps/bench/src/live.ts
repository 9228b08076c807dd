import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerProcess } from '@taskwire/config/testing'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { type ChangeStream, openChangeStream, registeredCalls, type TrpcCalls } from '@taskwire/router/testing'
import type { Benchmark } from './benchmark.ts'
import { processUsage } from './process-usage.ts'
import { startServer } from './start-server.ts'
import { summary } from './summary.ts'

const STREAMS = 1_000
/** Milliseconds for what has been asked to come to its end. */
const PATIENCE = 6_000

type Listener = TrpcCalls & { token: string }

export const live: Benchmark = {
  description: `${STREAMS} users listen at one server: memory and idle work of a stream, and how soon a change arrives.`,
  async run(options) {
    const { print } = options
    using folder = temporaryFolder()
    await using server = startServer(options, folder)
    const url = await server.url
    const users = await registerUsers(url)
    const arrivals = new Map<string, Arrival>()

    await sleep(PATIENCE)
    const before = await processUsage(server.pid)
    const streams = await openStreams({ url, users, arrivals })
    const idle = await idleUsage(server)
    print(`${STREAMS} streams are open; the server uses ${megabytes(idle.memory)} MB`)
    print(`memory per stream: ${Math.round((idle.memory - before.memory) / STREAMS / 1_000)} kB`)
    print(`work without changes: ${(idle.load * 100).toFixed(1)} % of a core`)

    const written = await writeChanges(users)
    const giveUp = Date.now() + PATIENCE
    while (arrivals.size < written.length && Date.now() < giveUp) await sleep(50)
    for (const { cut } of streams) cut()
    const told = written.flatMap((change) => {
      const arrival = arrivals.get(change.id)
      return arrival === undefined ? [] : [{ change, arrival }]
    })
    print(`changes that reached their reader: ${told.length} of ${written.length}`)
    print(`from commit: ${summary(told.map(({ change, arrival }) => arrival.date - change.updatedAt))}`)
    print(`from the answer: ${summary(told.map(({ change, arrival }) => arrival.at - change.answeredAt))}`)
  },
}

interface Arrival {
  /** Milliseconds of the monotonic clock, and of the one that the database has too. */
  at: number
  date: number
}

interface Written {
  id: string
  /** When it was stamped, a moment before the commit. */
  updatedAt: number
  answeredAt: number
}

/** Ten at a time. */
async function registerUsers(url: string): Promise<Listener[]> {
  const users: Listener[] = []
  while (users.length < STREAMS) {
    users.push(...(await Promise.all(Array.from({ length: 10 }, () => registeredCalls({ url })))))
  }
  return users
}

async function openStreams({
  url,
  users,
  arrivals,
}: {
  url: string
  users: Listener[]
  arrivals: Map<string, Arrival>
}): Promise<ChangeStream[]> {
  const streams = []
  for (const { token } of users) {
    const stream = openChangeStream({
      url,
      token,
      since: 0,
      onChange(change) {
        if (change.type !== 'reset') arrivals.set(change.id, { at: performance.now(), date: Date.now() })
      },
    })
    await stream.connected
    streams.push(stream)
  }
  return streams
}

/** @returns bytes, and the part of a core that is busy while nothing changes */
async function idleUsage({ pid }: ServerProcess): Promise<{ memory: number; load: number }> {
  const milliseconds = 15_000
  const before = await processUsage(pid)
  await sleep(milliseconds)
  const after = await processUsage(pid)
  return { memory: after.memory, load: (after.cpuMilliseconds - before.cpuMilliseconds) / milliseconds }
}

/** One after the other, with 20 ms between two. */
async function writeChanges(users: Listener[]): Promise<Written[]> {
  const written: Written[] = []
  for (let count = 0; count < 1_000; count += 1) {
    const user = users[count % users.length]
    const answer = await user?.mutate<{ id: string; updatedAt: string }>('task.create', { json: { title: 'Live' } })
    if (answer === undefined) continue
    const { id, updatedAt } = answer.data
    written.push({ id, updatedAt: Date.parse(updatedAt), answeredAt: performance.now() })
    await sleep(20)
  }
  return written
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000)
}
