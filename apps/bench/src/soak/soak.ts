import { readdir, readFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { openChangeStream, queryUrl, registeredCalls } from '@taskwire/router/testing'
import type { Benchmark } from '../benchmark.ts'
import { type HttpCall, send } from '../load.ts'
import { startServer } from '../start-server.ts'
import { pacedLoad, saturate } from './paced-load.ts'
import { type Trend, trendOf } from './trend.ts'

const USERS = 30
const STREAMS_OF_EACH = 10
const TASKS_OF_EACH = 40
const CONNECTIONS = 16
/** Of what the server can do at most. */
const LOAD = 0.6
/** Milliseconds. */
const SATURATION = 15_000
/** Part of the samples that are left out: code is compiled and memory filled up to its usual. */
const WARM_UP = 0.15

/** What the probe writes: bytes, and milliseconds. */
interface Sample {
  heap: number
  rss: number
  loopDelay: number
  /** Counted from outside. */
  descriptors: number
}

/** What has to be flat, and what is still flat on a machine that does other things too. */
const measures: { name: string; unit: string; of(sample: Sample): number; bound(first: number): number }[] = [
  { name: 'heap after collection', unit: 'MB', of: ({ heap }) => heap / 1e6, bound: (first) => first * 1.1 + 3 },
  { name: 'memory', unit: 'MB', of: ({ rss }) => rss / 1e6, bound: (first) => first * 1.2 + 20 },
  { name: 'descriptors', unit: '', of: ({ descriptors }) => descriptors, bound: (first) => first + 10 },
  { name: 'event-loop delay, p99', unit: 'ms', of: ({ loopDelay }) => loopDelay, bound: (first) => first * 2 + 20 },
]

export const soak: Benchmark = {
  description: `${USERS * STREAMS_OF_EACH} streams and ${LOAD * 100} % load for minutes: memory, descriptors and delays have to stay flat.`,
  async run(options) {
    const { print, minutes } = options
    using folder = temporaryFolder()
    const file = join(folder.path, 'samples')
    const probe = pathToFileURL(join(import.meta.dirname, 'probe.mjs'))
    probe.searchParams.set('file', file)
    await using server = startServer(options, folder, ['--expose-gc', `--import=${probe}`])
    const url = await server.url
    const users = await Promise.all(Array.from({ length: USERS }, () => newUser(url)))
    const agent = new Agent({ keepAlive: true, maxSockets: 256 })
    const call = () => send(agent, nextCall(users))
    const streams = await openStreams(url, users)

    const most = await saturate(call, { connections: CONNECTIONS, duration: SATURATION })
    const rate = most * LOAD
    print(`${most.toFixed()} calls a second at most; ${rate.toFixed()} a second for ${minutes} minutes`)
    const descriptors: number[] = []
    const taken = (await readSamples(file)).length
    const counting = setInterval(async () => descriptors.push(await openDescriptors(server.pid)), 10_000)
    const load = await pacedLoad(call, { rate, duration: minutes * 60_000 })
    clearInterval(counting)
    const samples = (await readSamples(file)).slice(taken).map((sample, index) => ({
      ...sample,
      descriptors: descriptors[Math.min(index, descriptors.length - 1)] ?? Number.NaN,
    }))

    print(`${load.answers} answers, ${load.failures} failures, ${load.skipped} not sent; ${load.latency}`)
    const open = streams.filter(({ isOpen }) => isOpen()).length
    print(`${open} of ${streams.length} streams are open, and were told ${told(streams)} changes`)
    const warm = samples.slice(Math.ceil(samples.length * WARM_UP))
    const grown = measures.filter((measure) => !isFlat(measure, warm, print))
    if (grown.length > 0 || open < streams.length || load.failures > load.answers / 1_000) process.exitCode = 1
    for (const { cut } of streams) cut()
    agent.destroy()
  },
}

function isFlat(
  { name, unit, of, bound }: (typeof measures)[number],
  samples: Sample[],
  print: (line: string) => void,
) {
  const trend: Trend = trendOf(samples.map(of))
  const flat = trend.last <= bound(trend.first)
  const perMinute = (trend.slope * 6).toFixed(2)
  const values = `${trend.first.toFixed(1)} ${unit} in the first third, ${trend.last.toFixed(1)} ${unit} in the last`
  print(`${name}: ${values}, ${perMinute} ${unit} a minute: ${flat ? 'flat' : 'IT GROWS'}`)
  return flat
}

interface User {
  url: string
  token: string
  taskIds: string[]
}

async function newUser(url: string): Promise<User> {
  const calls = await registeredCalls({ url })
  const taskIds: string[] = []
  while (taskIds.length < TASKS_OF_EACH) {
    const { data } = await calls.mutate<{ id: string }>('task.create', { json: { title: `Task ${taskIds.length}` } })
    taskIds.push(data.id)
  }
  return { url, token: calls.token, taskIds }
}

/** Eight of ten read. What is written makes no row, so that the database has as many at the end as at the beginning. */
function nextCall(users: User[]): HttpCall {
  const { url, token, taskIds } = pick(users)
  const headers = { authorization: `Bearer ${token}` }
  const id = pick(taskIds)
  const chance = Math.random()
  if (chance < 0.5) return { method: 'GET', url: queryUrl(url, 'task.list', { json: { limit: 20 } }), headers }
  if (chance < 0.7) return { method: 'GET', url: `${url}/api/tasks/${id}`, headers }
  if (chance < 0.8)
    return { method: 'GET', url: queryUrl(url, 'change.list', { json: { since: 1, limit: 20 } }), headers }
  const body = JSON.stringify({ json: { id, title: `Task ${Math.random()}` } })
  return {
    method: 'POST',
    url: `${url}/trpc/task.update`,
    headers: { ...headers, 'content-type': 'application/json' },
    body,
  }
}

function pick<T>(list: readonly T[]): T {
  const one = list[Math.floor(Math.random() * list.length)]
  if (one === undefined) throw new Error('There is none')
  return one
}

async function openStreams(url: string, users: User[]) {
  const streams = users.flatMap(({ token }) =>
    Array.from({ length: STREAMS_OF_EACH }, () => {
      let [changes, open] = [0, true]
      const onChange = () => {
        changes += 1
      }
      const stream = openChangeStream({ url, token, onChange })
      void stream.ended.then(() => {
        open = false
      })
      return { ...stream, isOpen: () => open, changes: () => changes }
    }),
  )
  await Promise.all(streams.map(({ connected }) => connected))
  await sleep(1_000)
  return streams
}

function told(streams: { changes(): number }[]): number {
  return streams.reduce((sum, { changes }) => sum + changes(), 0)
}

async function readSamples(file: string): Promise<Omit<Sample, 'descriptors'>[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** On Linux. */
async function openDescriptors(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length
}
