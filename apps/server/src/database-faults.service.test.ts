import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FailureKind, openDatabase } from '@taskwire/prisma'
import { type TestUser, testServices, testUser } from '@taskwire/router/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { words } from './log/outage-kinds.ts'
import { type Answered, type BusyUsers, busyUsers, timed } from './testing/busy-users.ts'
import { type OwnPostgres, ownPostgres } from './testing/own-postgres.ts'
import type { Removable } from './testing/removable.ts'
import { send } from './testing/send.ts'
import { slowNetwork } from './testing/slow-network.ts'
import { type StartedServer, startedServer } from './testing/started-server.ts'
import { type Between, tcpProxy } from './testing/tcp-proxy.ts'
import { transactionCutter } from './testing/transaction-cutter.ts'

/** Milliseconds that no call may take, whatever ails the database: 8 s, and what a busy machine adds on the way. */
const LONGEST = 10_000
/** Milliseconds after the end of a fault from which on every call succeeds. */
const HEALED = 2_000
const USERS = 12

let postgres: OwnPostgres
beforeAll(async () => {
  postgres = await ownPostgres()
})
afterAll(() => postgres?.[Symbol.asyncDispose]())

interface Trial {
  /** What it is called in the figures that are printed. */
  name: string
  /** Straight to the database. */
  url: string
  /** The server's way to the database, where that is another. */
  by?: string
  poolSize?: number
  /** Ends when the fault does. */
  fault(server: StartedServer, answers: Answered[]): Promise<void>
}

/**
 * Lets users work before, during and after a fault.
 *
 * @returns what the log has about outages
 */
async function trial({ name, url, by = url, poolSize = 10, fault }: Trial): Promise<OutageLine[]> {
  await using server = await startedServer({
    DATABASE_URL: by,
    DATABASE_POOL_SIZE: String(poolSize),
    RATE_LIMIT_MULTIPLIER: '1000',
  })
  const work = await busyUsers(server, USERS)
  await sleep(500)
  const begin = performance.now()
  await fault(server, work.answers)
  const end = performance.now()
  await sleep(HEALED + 1_500)
  await work.stop()
  process.stdout.write(`${name}: ${inFigures(work.answers)}\n`)
  expect(wrongAnswers(work, { begin, end })).toEqual([])
  expect(await work.findLosses(url)).toEqual([])
  const failures = failuresOf(work.answers) - failuresByWaiting(server)
  await vi.waitFor(() => expect(failuresIn(outageLines(server))).toBe(failures), { timeout: 8_000 })
  return outageLines(server)
}

interface Times {
  begin: number
  end: number
}

/** What was answered that should not have been, or too late. */
function wrongAnswers({ answers, probes, healthChecks }: BusyUsers, times: Times): string[] {
  const wrong = [
    ...answers.filter(
      (answer) => answer.milliseconds > LONGEST || !(succeeded(answer) || mayHaveFailed(answer, times)),
    ),
    ...probes.filter(({ status }) => status !== 200),
    ...healthChecks.filter(({ status, startedAt }) => status !== 200 && startedAt > times.end + HEALED),
  ]
  return wrong.map(({ what, status, startedAt, milliseconds }) => {
    const [begun, late] = [startedAt - times.begin, startedAt - times.end].map((time) => (time / 1_000).toFixed(1))
    return `${what}: ${status} after ${milliseconds} ms, ${begun} s after the fault began and ${late} s after its end`
  })
}

function succeeded({ status }: Answered): boolean {
  return status >= 200 && status < 300
}

function mayHaveFailed({ status, retryAfter, startedAt, milliseconds }: Answered, { begin, end }: Times): boolean {
  const isMeanwhile = startedAt + milliseconds > begin && startedAt < end + HEALED
  return isMeanwhile && status === 503 && retryAfter !== undefined
}

function failuresOf(answers: readonly Answered[]): number {
  return answers.filter((answer) => !succeeded(answer)).length
}

function inFigures(answers: readonly Answered[]): string {
  const slowest = Math.max(...answers.map(({ milliseconds }) => milliseconds))
  return `${answers.length} calls, ${failuresOf(answers)} failed, the slowest took ${slowest} ms`
}

interface OutageLine {
  /** Of what begins or lasts; an end has none. */
  kind: FailureKind | undefined
  msg: string
}

/** Of calls that the database was not asked for: they waited for others until they had no time left. */
const WAITED = /The call has waited for so long/

function failuresByWaiting({ log }: StartedServer): number {
  return log.filter(({ res, msg }) => res && WAITED.test(msg)).length
}

/** What the log complains about, but for the requests, the slow statements, and upkeep, which is tried again. */
function outageLines({ log }: StartedServer): OutageLine[] {
  return log
    .filter(({ level, res, sql, check }) => level >= 40 && !(res || sql || check))
    .filter(({ msg }) => !(msg.startsWith('Removing ') || WAITED.test(msg)))
    .map(({ msg, cause }) => ({ kind: (cause as { kind?: FailureKind } | undefined)?.kind, msg }))
}

/** Of outages that are over. */
function failuresIn(lines: OutageLine[]): number {
  return lines.map(({ msg }) => END.exec(msg)?.[1]).reduce((sum, failures) => sum + Number(failures ?? 0), 0)
}
const END = /, after \S+ s; (\d+) calls failed$/
const REMINDER = /, for \S+ s; \d+ calls have failed$/

/** Each line is the beginning of one of these kinds, with what the driver or PostgreSQL said, or a reminder, or an end. */
function expectTold(lines: OutageLine[], kinds: Partial<Record<FailureKind, RegExp>>): void {
  for (const { kind, msg } of lines.filter(({ msg }) => !END.test(msg) && !REMINDER.test(msg))) {
    const { began } = words[kind ?? 'unreachable']
    expect(msg).toMatch(`${began}: `)
    expect(msg.slice(began.length)).toMatch(kinds[kind ?? 'unreachable'] ?? `no ${kind}`)
  }
}

/** What becomes of connections that are open when it happens; of a reset one the driver adapter tells nothing but its kind. */
const LOST =
  /Connection terminated unexpectedly|terminating connection|Client has encountered a connection error|ConnectionClosed/
/** What those meet who connect meanwhile. */
const AWAY = /Can't reach database server at 127\.0\.0\.1:\d+|the database system is|Connection terminated/
const UNANSWERED = /Query read timeout/
const EXPIRED = /expired transaction|Transaction already closed/
const EXHAUSTED =
  /(?:timeout exceeded when trying to connect|Unable to start a transaction).*; \d+ of \d+ are taken and \d+ statements wait: most of it is .*user [\da-f-]{36} with \S+ \(\d+ calls, \d+ ms\)/

describe('while PostgreSQL', () => {
  test('is away for 10 s, every call is done or refused, none is half done, and all heals by itself', async () => {
    const lines = await trial({
      name: 'stopped',
      url: await postgres.freshUrl(),
      async fault() {
        await postgres.stop()
        await sleep(10_000)
        await postgres.start()
      },
    })
    expectTold(lines, { connectionLost: LOST, unreachable: AWAY })
    expect(lines.filter(({ msg }) => msg.startsWith('The database is away: '))).toHaveLength(1)
    expect(lines.at(-1)?.msg).toMatch(/^The database is back, after 1\d(\.\d)? s; \d+ calls failed$/)
  })

  test('crashes twenty times, the same holds', async () => {
    const lines = await trial({
      name: 'crashed',
      url: await postgres.freshUrl(),
      async fault() {
        for (let times = 0; times < 20; times += 1) {
          await postgres.killBackend()
          await sleep(100)
        }
      },
    })
    expectTold(lines, { connectionLost: LOST, unreachable: AWAY })
    expect(lines.length).toBeLessThan(20)
  })

  test('has five connections for 200 slow requests, the same holds, and whose they are is told', async () => {
    const url = await postgres.freshUrl()
    await using psql = await openDatabase({ url, dataDir: '' })
    await psql.client.$executeRaw`
      CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$`
    await psql.client.$executeRaw`
      CREATE TRIGGER dawdle BEFORE INSERT ON tasks FOR EACH ROW WHEN (NEW.title = 'Slow') EXECUTE FUNCTION dawdle()`
    const services = testServices(psql.client)
    const users = await Promise.all(Array.from({ length: 100 }, () => testUser(services)))
    await services.close()
    const acknowledged: string[] = []
    const lines = await trial({
      name: 'crowded',
      url,
      poolSize: 5,
      async fault(server, answers) {
        const write = async ({ accessToken }: TestUser) => {
          const headers = { authorization: `Bearer ${accessToken}` }
          const id = randomUUID()
          const request = { method: 'POST', path: '/api/tasks', headers, body: { id, title: 'Slow' } }
          if ((await timed(answers, 'slow', () => send(server, request))) !== null) acknowledged.push(id)
        }
        // Of one user two are done at a time.
        await Promise.all([...users, ...users].map(write))
      },
    })
    expect(acknowledged.length).toBeGreaterThan(0)
    expect(await psql.client.task.count({ where: { id: { in: acknowledged } } })).toBe(acknowledged.length)
    expectTold(lines, { poolExhausted: EXHAUSTED, unanswered: UNANSWERED })
    expect(lines.filter(({ msg }) => msg.startsWith('No connection of the pool is free: '))).toHaveLength(1)
  })
})

async function proxied(between?: () => Between): Promise<{ url: string; network: Removable }> {
  const url = await postgres.freshUrl()
  return { url, network: await tcpProxy(url, between) }
}

describe.concurrent('while the network', () => {
  test('cuts connections at each step of transactions, the same holds', async () => {
    const cutter = transactionCutter()
    const { url, network } = await proxied(cutter.between)
    await using _ = network
    const lines = await trial({
      name: 'cut',
      url,
      by: network.url,
      async fault() {
        cutter.begin()
        await sleep(8_000)
        cutter.end()
      },
    })
    expectTold(lines, { connectionLost: LOST })
    const places = [1, 2, 3, 4, 5, 'COMMIT', 'alone'].flatMap((place) => [`before ${place}`, `after ${place}`])
    expect([...cutter.cuts.keys()]).toEqual(expect.arrayContaining(places))
  })

  test('swallows everything, the same holds', async () => {
    const { url, network } = await proxied()
    await using _ = network
    const lines = await trial({
      name: 'swallowed',
      url,
      by: network.url,
      async fault() {
        network.hold()
        await sleep(10_000)
        network.goOn()
      },
    })
    expectTold(lines, { unanswered: UNANSWERED, poolExhausted: EXHAUSTED, transactionTimeout: EXPIRED })
    expect(lines.filter(({ msg }) => msg.startsWith('The database does not answer in time: '))).toHaveLength(1)
  })

  test('carries a kilobyte a second, the same holds', async () => {
    const slow = slowNetwork()
    const { url, network } = await proxied(slow.between)
    await using _ = network
    const lines = await trial({
      name: 'slow',
      url,
      by: network.url,
      async fault() {
        slow.slowDown(1_000)
        await sleep(10_000)
        slow.hurry()
      },
    })
    expectTold(lines, {
      unanswered: UNANSWERED,
      poolExhausted: EXHAUSTED,
      unreachable: AWAY,
      transactionTimeout: EXPIRED,
    })
  })
})
