import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startFromSource } from '@taskwire/config/testing'
import { registeredCalls, type TrpcCalls } from '@taskwire/router/testing'
import { expect } from 'vitest'
import { addLongTasks, CONTROL_CHARACTER } from './testing/add-long-tasks.ts'
import { testOnPostgres as test } from './testing/fixture.ts'
import { readGreedily } from './testing/greedy-reader.ts'

const AT_ONCE = 20
const MILLISECONDS = 30_000
/** Megabytes by which the process may grow beyond what ordinary work made of it. */
const MOST_GROWTH = 150

const attacks = [
  { readers: 'who do not read', reads: false, accounts: 5, multiplier: 1, character: CONTROL_CHARACTER },
  { readers: 'who read', reads: true, accounts: 5, multiplier: 1_000, character: CONTROL_CHARACTER },
  {
    readers: 'who do not read, each with an account of his own',
    reads: false,
    accounts: 20,
    multiplier: 1_000,
    character: '😀',
  },
]

test.for(attacks)(
  'twenty at once $readers ask for all that there is: the server lives in 256 MB, and others are served',
  { timeout: 120_000 },
  async ({ reads, accounts, multiplier, character }, { databaseUrl, db }) => {
    await using server = startFromSource(
      {
        DATABASE_URL: databaseUrl,
        JWT_SECRET: 'a secret of tests, at least 32 characters',
        BCRYPT_COST: '4',
        RATE_LIMIT_MULTIPLIER: String(multiplier),
      },
      ['--max-old-space-size=256'],
    )
    const url = await server.url
    const other = await registeredCalls({ url })
    const greedy: Awaited<ReturnType<typeof registeredCalls>>[] = []
    for (let count = 0; count < accounts; count++) {
      greedy.push(await registeredCalls({ url }))
    }
    for (const { email } of greedy) await addLongTasks(db.client, { email, count: 500, character })
    for (let count = 0; count < 40; count++) await useOrdinarily(other)

    const before = megabytesOf(server.pid)
    const until = Date.now() + MILLISECONDS
    const attack = Array.from({ length: AT_ONCE }, (_, index) =>
      readGreedily({ url, token: greedy[index % accounts]?.token ?? '', reads, until }),
    )
    const [most, served] = await Promise.all([watchMemory(server.pid, until), serve(other, until)])
    await Promise.all(attack)
    expect(served.refused).toEqual([])
    expect(served.calls).toBeGreaterThan(0)
    expect(most - before).toBeLessThan(MOST_GROWTH)
  },
)

/** What somebody at work calls; what each call was refused for, undefined where it was answered. */
async function useOrdinarily(calls: TrpcCalls): Promise<(string | undefined)[]> {
  const answers = [
    await calls.mutate('task.create', { json: { title: 'Write' } }),
    await calls.query('task.list'),
    await calls.query('change.list', { json: { since: 0 } }),
    await calls.query('tag.list'),
  ]
  return answers.map(({ status, error }) => (status === 200 ? undefined : (error?.reason ?? String(status))))
}

async function serve(calls: TrpcCalls, until: number): Promise<{ calls: number; refused: string[] }> {
  const refused: string[] = []
  let count = 0
  while (Date.now() < until) {
    const reasons = await useOrdinarily(calls)
    count += reasons.length
    refused.push(...reasons.filter((reason) => reason !== undefined))
    await sleep(500)
  }
  return { calls: count, refused }
}

async function watchMemory(pid: number, until: number): Promise<number> {
  let most = 0
  while (Date.now() < until) {
    most = Math.max(most, megabytesOf(pid))
    await sleep(50)
  }
  return most
}

/** Of physical memory, as Linux counts it. */
function megabytesOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1_024
}
