import { Agent } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { type Envelope, queryUrl, registeredCalls, type TrpcCalls } from '@taskwire/router/testing'
import type { Benchmark } from './benchmark.ts'
import { type HttpCall, type Load, load, rateOf, send, sumOf, workOf } from './load.ts'
import { type Ratio, ratioOf } from './ratio.ts'
import { startServer } from './start-server.ts'

/** Each has a user of its own, and one request under way. */
const CONNECTIONS = 8
/** Two pages. */
const TASKS = 40
/** Milliseconds for one protocol; then it is the other's turn. */
const ROUND = 200
const WARM_UP_PAIRS = 5

const NAMES = { rest: 'REST', trpc: 'tRPC' }

interface User {
  url: string
  token: string
  taskId: string
}

/** The same call in two protocols. */
interface Comparison {
  name: string
  pairs: number
  rest(user: User): HttpCall
  trpc(user: User): HttpCall
}

const comparisons: Comparison[] = [
  {
    name: 'task.list',
    pairs: 50,
    rest: (user) => get(user, `${user.url}/api/tasks?limit=20`),
    trpc: (user) => get(user, queryUrl(user.url, 'task.list', { json: { limit: 20 } })),
  },
  {
    name: 'task.get',
    pairs: 20,
    rest: (user) => get(user, `${user.url}/api/tasks/${user.taskId}`),
    trpc: (user) => get(user, queryUrl(user.url, 'task.get', { json: { id: user.taskId } })),
  },
  {
    name: 'task.create',
    pairs: 20,
    rest: (user) => post(user, `${user.url}/api/tasks`, { title: 'Rest' }),
    trpc: (user) => post(user, `${user.url}/trpc/task.create`, { json: { title: 'Rest' } } satisfies Envelope),
  },
]

export const rest: Benchmark = {
  description:
    'Calls over REST against the same calls over tRPC, by turns: answers in a second, and work of the server.',
  async run(options) {
    const { print } = options
    using folder = temporaryFolder()
    await using server = startServer(options, folder)
    const url = await server.url
    const users = await Promise.all(Array.from({ length: CONNECTIONS }, () => newUser(url)))
    for (const comparison of comparisons) {
      const seconds = ((WARM_UP_PAIRS + comparison.pairs) * 2 * ROUND) / 1_000
      print(`${comparison.name} over ${CONNECTIONS} connections, for ${seconds} s`)
      await compare(comparison, { pid: server.pid, users, print })
    }
  },
}

interface Setting {
  pid: number
  users: User[]
  print(line: string): void
}

async function compare({ pairs, ...protocols }: Comparison, { pid, users, print }: Setting): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const [rest, trpc] = [users.map(protocols.rest), users.map(protocols.trpc)]
  const sizes = await answerSizes(agent, rest, trpc)
  const rounds: { rest: Load; trpc: Load }[] = []
  for (let pair = -WARM_UP_PAIRS; pair < pairs; pair += 1) {
    const restFirst = pair % 2 === 0
    const first = await load(agent, restFirst ? rest : trpc, { pid, duration: ROUND })
    const second = await load(agent, restFirst ? trpc : rest, { pid, duration: ROUND })
    if (pair >= 0) rounds.push(restFirst ? { rest: first, trpc: second } : { rest: second, trpc: first })
  }
  for (const protocol of ['rest', 'trpc'] as const) {
    const sum = sumOf(rounds.map((pair) => pair[protocol]))
    const each = `${workOf(sum).toFixed(2)} ms of the server's processor, ${sizes[protocol]} bytes`
    print(`  ${NAMES[protocol]}: ${rateOf(sum).toFixed()} answers a second; each ${each}`)
  }
  const rate = ratioOf(rounds.map(({ rest, trpc }) => [rateOf(rest), rateOf(trpc)]))
  const work = ratioOf(rounds.map(({ rest, trpc }) => [workOf(rest), workOf(trpc)]))
  const isSlower = rate.most < 1
  if (isSlower) process.exitCode = 1
  const verdict = isSlower ? 'REST IS SLOWER' : 'REST is no slower'
  print(`  ${verdict}: ${inWords(rate)} times as many answers, ${inWords(work)} times the work`)
}

function inWords({ median, least, most }: Ratio): string {
  return `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`
}

/** Bytes of an answer in each protocol. @throws Error when two that read do not say the same */
async function answerSizes(agent: Agent, rest: HttpCall[], trpc: HttpCall[]): Promise<{ rest: number; trpc: number }> {
  const [[overRest], [overTrpc]] = [rest, trpc]
  if (overRest === undefined || overTrpc === undefined) throw new Error('There is no user')
  const [plain, wrapped] = [await send(agent, overRest), await send(agent, overTrpc)]
  const { json } = JSON.parse(wrapped.toString()).result.data as Envelope
  if (overRest.method === 'GET' && !isDeepStrictEqual(JSON.parse(plain.toString()), json)) {
    throw new Error(`${overRest.url} answers something else than tRPC does`)
  }
  return { rest: plain.length, trpc: wrapped.length }
}

/** Registers a user and gives it tasks with two tags each. */
async function newUser(url: string): Promise<User> {
  const calls = await registeredCalls({ url })
  const tagIds = [
    await newId(calls, 'tag.create', { name: 'Home' }),
    await newId(calls, 'tag.create', { name: 'Soon' }),
  ]
  let taskId = ''
  for (let count = 1; count <= TASKS; count += 1) {
    const input = { title: `Task ${count}`, description: 'What is to be done, in a sentence or two.', tagIds }
    taskId = await newId(calls, 'task.create', input)
  }
  return { url, token: calls.token, taskId }
}

async function newId(calls: TrpcCalls, path: string, input: object): Promise<string> {
  const { data } = await calls.mutate<{ id: string }>(path, { json: input })
  return data.id
}

function get({ token }: User, url: string): HttpCall {
  return { method: 'GET', url, headers: { authorization: `Bearer ${token}` } }
}

function post({ token }: User, url: string, body: object): HttpCall {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return { method: 'POST', url, headers, body: JSON.stringify(body) }
}
