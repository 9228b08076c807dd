import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerProcess } from '@taskwire/config/testing'
import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { openChangeStream, registeredCalls, trpcCalls } from '@taskwire/router/testing'
import type { Benchmark, BenchmarkOptions } from '../benchmark.ts'
import { startServer } from '../start-server.ts'
import { percentile, summary } from '../summary.ts'
import { fillAccount } from './fill-account.ts'
import { type Others, startOthers } from './others.ts'

const TASKS = 1_000_000
/** Milliseconds of measuring while nothing is deleted. */
const QUIET = 20_000
/** What must hold: milliseconds until it is answered, everybody refused, nothing left; and how much slower others may get. */
const BOUNDS = { answered: 2_000, refused: 1_000, gone: 600_000, slowdown: 3 }

export const deletion: Benchmark = {
  description: `An account with ${TASKS} tasks is deleted, and both processes are killed on the way: PostgreSQL only.`,
  async run(options) {
    const { databaseUrl, print } = options
    if (databaseUrl === undefined) throw new Error('Name an empty PostgreSQL database by --database-url')
    using folder = temporaryFolder()
    const start = () => startServer(options, folder)
    const processes: ServerProcess[] = []
    try {
      await using database = await openDatabase({ url: databaseUrl, dataDir: '' })
      // One after the other: the first makes the schema.
      const urls = []
      for (const place of [0, 1]) {
        processes[place] = start()
        urls[place] = await processes[place].url
      }
      const [first = '', second = ''] = urls
      const { token, userId } = await newLargeAccount(first, database)
      print(`the account has ${TASKS} tasks with 2 tags each`)
      const others = await startOthers(second)
      await sleep(5_000)
      const quiet = others.measure()
      await sleep(QUIET)
      const calm = quiet()
      print(`others' calls before: ${summary(calm)}`)

      const deletedAt = performance.now()
      await refuse({ urls: [first, second], token, print })
      const busy = await removeAndKill({ processes, start, others, database, userId, print })
      report('until nothing is left', performance.now() - deletedAt, { bound: BOUNDS.gone, print })
      print(`others' calls meanwhile: ${summary(busy)}`)
      const slowdown = percentile(busy, 0.99) / percentile(calm, 0.99)
      print(`their p99 is ${slowdown.toFixed(2)} times as long${verdict(slowdown <= BOUNDS.slowdown)}`)
      await others.stop()
    } finally {
      for (const server of processes) await server[Symbol.asyncDispose]()
    }
  },
}

type Print = BenchmarkOptions['print']

function verdict(ok: boolean): string {
  if (ok) return ''
  process.exitCode = 1
  return ': TOO MUCH'
}

function report(what: string, milliseconds: number, { bound, print }: { bound: number; print: Print }): void {
  print(`${what}: ${Math.round(milliseconds)} ms${verdict(milliseconds <= bound)}`)
}

async function newLargeAccount(url: string, database: OpenDatabase): Promise<{ token: string; userId: string }> {
  const { token, query } = await registeredCalls({ url })
  const { data } = await query<{ id: string }>('auth.me')
  await fillAccount(database, data.id, TASKS)
  return { token, userId: data.id }
}

/** Deletes the account through one process, while the other knows the session and streams to it. */
async function refuse({ urls, token, print }: { urls: [string, string]; token: string; print: Print }): Promise<void> {
  const [here, there] = urls.map((url) => trpcCalls({ url, token }))
  const stream = openChangeStream({ url: urls[1], token })
  await stream.connected
  await there?.query('auth.me')
  const start = performance.now()
  let answeredAt = 0
  const answer = here?.mutate('auth.deleteAccount', { json: { password: 'correct horse battery staple' } })
  const answered = answer?.then(({ status }) => {
    if (status !== 200) throw new Error(`The deletion was answered by ${status}`)
    answeredAt = performance.now()
  })
  const refusals = [here, there].map(async (calls) => {
    await answered
    while ((await calls?.query('task.list', { json: { limit: 1 } }))?.status === 200) await sleep(5)
    return performance.now() - answeredAt
  })
  const streamEnd = stream.ended.then(() => performance.now())
  const [own = 0, other = 0] = await Promise.all(refusals)
  report('until the call is answered', answeredAt - start, { bound: BOUNDS.answered, print })
  report('from then until its own process refuses', own, { bound: BOUNDS.refused, print })
  report('from then until the other process refuses', other, { bound: BOUNDS.refused, print })
  report('from then until the stream ends', (await streamEnd) - answeredAt, { bound: BOUNDS.refused, print })
}

interface Removal {
  processes: ServerProcess[]
  start(): ServerProcess
  others: Others
  database: OpenDatabase
  userId: string
  print: Print
}

/** One of the two removes the rows: each is killed once, so that this one is too. @returns the others' milliseconds */
async function removeAndKill({ processes, start, others, database, userId, print }: Removal): Promise<number[]> {
  const busy: number[] = []
  for (const [place, part] of [
    [0, 2 / 3],
    [1, 1 / 3],
  ] as const) {
    const end = others.measure()
    await atMost(database, userId, TASKS * part)
    busy.push(...end())
    const survivor = processes[1 - place]
    if (survivor !== undefined) others.moveTo(await survivor.url)
    processes[place]?.kill('SIGKILL')
    await processes[place]?.ended
    print(`a process is killed; ${await tasksOf(database, userId)} tasks are left`)
    processes[place] = start()
    // Its start costs others more than anything here, and is not what is measured.
    await processes[place]?.url
    await sleep(2_000)
  }
  const end = others.measure()
  await atMost(database, userId, 0)
  busy.push(...end())
  return busy
}

/** Waits until no more tasks than these are left; for 0 until the account is gone. */
async function atMost(database: OpenDatabase, userId: string, tasks: number): Promise<void> {
  const giveUp = performance.now() + BOUNDS.gone
  while (performance.now() < giveUp) {
    const left = await tasksOf(database, userId)
    if (left === null || (tasks > 0 && left <= tasks)) return
    await sleep(100)
  }
  throw new Error('The rows of the account do not go')
}

/** Null once the account is gone. */
async function tasksOf({ client }: OpenDatabase, userId: string): Promise<number | null> {
  const user = await client.user.findUnique({ where: { id: userId }, select: { liveTasks: true } })
  return user?.liveTasks ?? null
}
