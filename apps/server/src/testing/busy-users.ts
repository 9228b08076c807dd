import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@taskwire/prisma'
import { openChangeStream, trpcCalls } from '@taskwire/router/testing'
import { createReplica, readState } from './replica.ts'
import { PASSWORD } from './rest-calls.ts'
import { type HttpAnswer, send } from './send.ts'

/** How a call fared. */
export interface Answered {
  what: string
  /** 0 where the connection broke instead. */
  status: number
  retryAfter: string | undefined
  /** By `performance.now()`. */
  startedAt: number
  milliseconds: number
}

/** People who work without a pause, each with one call at a time, and somebody who asks how it is with the process. */
export interface BusyUsers {
  /** Whoever else calls may add to them. */
  readonly answers: Answered[]
  /** Of /livez. */
  readonly probes: readonly Answered[]
  /** Of /health. */
  readonly healthChecks: readonly Answered[]
  /** Lets each call that is under way come to its end. */
  stop(): Promise<void>
  /**
   * Looks at the database past the server, once they have stopped.
   *
   * @returns what is there and should not be, or is not: a line each
   */
  findLosses(databaseUrl: string): Promise<string[]>
}

/** Tasks that one call changes together. */
const TOGETHER = 10
/** Characters of a description: that many make an answer long. */
const LONG = 1_000
/** Milliseconds between two calls of a user, which leaves the processor to others. */
const PAUSE = 20

interface Server {
  url: string
  port: number
}

/** The first user's changes are read by a stream as well. */
export async function busyUsers(server: Server, count: number): Promise<BusyUsers> {
  const answers: Answered[] = []
  const probes: Answered[] = []
  const healthChecks: Answered[] = []
  const users = await Promise.all(Array.from({ length: count }, () => busyUser(server, answers)))
  const [first] = users
  const reader = first && (await follow(server, first.token))
  let working = true

  const work = users.map(async ({ next }) => {
    while (working) {
      await next()
      await sleep(PAUSE)
    }
  })
  const ask = async (answered: Answered[], path: string, interval: number) => {
    while (working) {
      await timed(answered, path, () => send(server, { method: 'GET', path }))
      await sleep(interval)
    }
  }
  const asking = [ask(probes, '/livez', 100), ask(healthChecks, '/health', 500)]
  return {
    answers,
    probes,
    healthChecks,
    async stop() {
      working = false
      await Promise.all([...work, ...asking])
    },
    async findLosses(databaseUrl) {
      await using psql = await openDatabase({ url: databaseUrl, poolSize: 2, dataDir: '' })
      const losses = await Promise.all(users.map((user) => user.findLosses(psql.client)))
      return [...losses.flat(), ...((await reader?.findLosses()) ?? [])]
    },
  }
}

/** @returns null where the call failed */
export async function timed(
  answers: Answered[],
  what: string,
  call: () => Promise<HttpAnswer>,
): Promise<HttpAnswer | null> {
  const startedAt = performance.now()
  const answer = await call().catch(() => null)
  answers.push({
    what,
    status: answer?.status ?? 0,
    retryAfter: answer?.headers['retry-after'],
    startedAt,
    milliseconds: Math.round(performance.now() - startedAt),
  })
  return answer !== null && answer.status < 300 ? answer : null
}

type Psql = Awaited<ReturnType<typeof openDatabase>>['client']

interface BusyUser {
  token: string
  /** Makes the next call. */
  next(): Promise<void>
  findLosses(psql: Psql): Promise<string[]>
}

/** A user with tasks and two tags, who then reads and writes in all ways by turns. */
async function busyUser(server: Server, answers: Answered[]): Promise<BusyUser> {
  const email = `${randomUUID()}@example.com`
  const anonymous = { 'content-type': 'application/json' }
  const registered = await send(server, {
    method: 'POST',
    path: '/api/auth/register',
    headers: anonymous,
    body: { email, password: PASSWORD },
  })
  if (registered.status !== 201) throw new Error(`Nobody could register: ${registered.text}`)
  const { accessToken } = JSON.parse(registered.text) as { accessToken: string }
  let token = accessToken
  let { cookie } = registered
  const call = (method: string, path: string, body?: object) =>
    send(server, { method, path, headers: { authorization: `Bearer ${token}` }, body })
  const trpc = (path: string, json: object) => call('POST', `/trpc/${path}`, { json })

  /** Whether each was acknowledged: of the others nobody knows. */
  const tasks = new Map<string, boolean>()
  const tags = new Map<string, boolean>()
  const tagIds: [string, string] = [randomUUID(), randomUUID()]
  for (const id of tagIds) await trpc('tag.create', { id, name: id })
  const together: string[] = Array.from({ length: TOGETHER }, () => randomUUID())
  for (const id of together) {
    await trpc('task.create', { id, title: 'Together', description: 'x'.repeat(LONG), tagIds: [tagIds[0]] })
  }
  /** What they are to be, by how often they were changed: completed with one tag, or to be done with the other. */
  const rounds = { asked: 0, acknowledged: 0 }

  async function create(known: Map<string, boolean>, what: string, write: (id: string) => Promise<HttpAnswer>) {
    const id = randomUUID()
    known.set(id, false)
    if ((await timed(answers, what, () => write(id))) !== null) known.set(id, true)
  }

  async function changeTogether(): Promise<void> {
    const round = rounds.asked + 1
    rounds.asked = round
    const [added, removed] = round % 2 === 0 ? tagIds : tagIds.toReversed()
    const change = { ids: together, completed: round % 2 === 1, addTagIds: [added], removeTagIds: [removed] }
    if ((await timed(answers, 'task.updateMany', () => trpc('task.updateMany', change))) !== null) {
      rounds.acknowledged = round
    }
  }

  async function refresh(): Promise<void> {
    const headers = { ...anonymous, cookie }
    const answer = await timed(answers, 'auth.refresh', () =>
      send(server, { method: 'POST', path: '/trpc/auth.refresh', headers }),
    )
    if (answer === null) return
    token = (JSON.parse(answer.text) as { result: { data: { json: { accessToken: string } } } }).result.data.json
      .accessToken
    cookie = answer.cookie ?? cookie
  }

  const read = (what: string, path: string) => async () => void (await timed(answers, what, () => call('GET', path)))
  const steps: (() => Promise<void>)[] = [
    changeTogether,
    () => create(tasks, 'task.create', (id) => trpc('task.create', { id, title: 'Write', tagIds })),
    read('task.list', '/trpc/task.list'),
    () => create(tasks, 'POST /tasks', (id) => call('POST', '/api/tasks', { id, title: 'Write', tagIds })),
    changeTogether,
    refresh,
    read('GET /tasks', '/api/tasks?limit=20'),
    () => create(tags, 'tag.create', (id) => trpc('tag.create', { id, name: id })),
    read('change.list', `/trpc/change.list?input=${encodeURIComponent('{"json":{"since":1}}')}`),
    read('GET /tags', '/api/tags'),
  ]
  let turn = Math.floor(Math.random() * steps.length)

  return {
    token,
    async next() {
      turn += 1
      await steps[turn % steps.length]?.()
    },
    async findLosses(psql) {
      const user = await psql.user.findUniqueOrThrow({
        where: { email },
        select: {
          changeSeq: true,
          tasks: { select: { id: true, completed: true, version: true, tags: { select: { tagId: true } } } },
          tags: { select: { id: true, version: true } },
        },
      })
      const rows = [...user.tasks, ...user.tags]
      const found = new Set(rows.map(({ id }) => id))
      const losses: string[] = []
      const lose = (is: boolean, loss: string) => is && losses.push(`${email}: ${loss}`)

      for (const [id, acknowledged] of [...tasks, ...tags]) lose(acknowledged && !found.has(id), `${id} is not there`)
      const expected = new Set<string>([...tasks.keys(), ...tags.keys(), ...together, ...tagIds])
      for (const id of found) lose(!expected.has(id), `nobody wrote ${id}`)
      for (const task of user.tasks) lose(tasks.has(task.id) && task.tags.length !== 2, `${task.id} lacks its tags`)

      const states = user.tasks
        .filter(({ id }) => together.includes(id))
        .map(({ completed, tags }) => `${completed} ${tags.map(({ tagId }) => tagId).sort()}`)
      const stateOf = (round: number) => `${round % 2 === 1} ${tagIds[round % 2]}`
      lose(new Set(states).size !== 1, 'of tasks that are changed together some were changed alone')
      const isKnown = rounds.asked === rounds.acknowledged
      lose(isKnown && states[0] !== stateOf(rounds.asked), 'the last change of many is not there')

      const versions = rows.map(({ version }) => version)
      lose(new Set(versions).size !== versions.length, 'two rows have the same version')
      lose(
        Math.max(...versions) !== user.changeSeq,
        `the counter is at ${user.changeSeq}, the rows at ${Math.max(...versions)}`,
      )
      return losses
    },
  }
}

/** Reads a stream, which has to last, and compares what it told with what is there. */
async function follow({ url }: Server, token: string): Promise<{ findLosses(): Promise<string[]> }> {
  const replica = createReplica()
  const stream = openChangeStream({ url, token, since: 0, onChange: replica.apply })
  await stream.connected
  const ended = stream.ended.then((end) => [`the stream was ended: ${JSON.stringify(end)}`])
  return {
    async findLosses() {
      const calls = trpcCalls({ url, token })
      const { data } = await calls.query<{ version: number }>('change.list')
      for (const end = performance.now() + 6_000; replica.version < data.version && performance.now() < end; ) {
        await sleep(50)
      }
      const losses = await Promise.race([ended, sleep(0, [])])
      stream.cut()
      const state = await readState(calls)
      const same = JSON.stringify(replica.state()) === JSON.stringify(state)
      return [
        ...losses,
        ...(replica.version === data.version ? [] : [`the stream is at ${replica.version} of ${data.version}`]),
        ...(same ? [] : ['the stream has told something else than what is there']),
        ...(replica.repeats === 0 ? [] : [`the stream repeated ${replica.repeats} changes`]),
      ]
    },
  }
}
