import type { Change } from '@taskwire/contract'
import type { OpenDatabase } from '@taskwire/prisma'
import type { TrackedEnvelope } from '@trpc/server'
import { expect, onTestFinished, vi } from 'vitest'
import { createCaller } from './app-router.ts'
import type { Services } from './services.ts'
import { testWith } from './testing/fixture.ts'
import {
  inProcessClient,
  internalCaller,
  internalContext,
  refusalOf,
  type TestUser,
  testUser,
} from './testing/index.ts'

// A user gets one connection.
const test = testWith({ databasePoolSize: 2, limitStore: { redis: null, multiplier: 1 } })

/** Takes the user's turn, as a call that lasts. @returns what ends it */
function occupy({ services, user: { id } }: TestUser): () => void {
  let end = () => {}
  const lasting = new Promise<void>((resolve) => {
    end = resolve
  })
  void services.turns.run(id, () => lasting)
  return end
}

test('whose calls last does not keep others waiting, and the own ones for 2 s', async ({ services, me }) => {
  // From here on it is known who calls: on their way to the queue the calls ask nobody.
  await me.client.auth.me.query()
  const other = await testUser(services)
  const end = occupy(me)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const [list, create] = [me.client.task.list.query({}), me.client.task.create.mutate({ title: 'Write' })]
  const refusals = Promise.all([refusalOf(list), refusalOf(create)])
  await other.client.task.list.query({})
  await other.client.task.create.mutate({ title: 'Write' })
  await vi.advanceTimersByTimeAsync(1_999)
  expect(await Promise.race([refusals, 'waiting'])).toBe('waiting')
  await vi.advanceTimersByTimeAsync(1)
  vi.useRealTimers()
  for (const refusal of await refusals) {
    expect(refusal).toMatchObject({ reason: 'RATE_LIMITED', httpStatus: 429, retryAfter: 1 })
  }
  end()
  expect(await me.client.task.list.query({})).toMatchObject({ items: [] })
})

test('internal tools do not wait', async ({ services, me }) => {
  const end = occupy(me)
  const internal = internalCaller(services, me.user.id)
  expect(await internal.task.list({})).toMatchObject({ items: [] })
  end()
})

test('an open stream takes no turn, and each of its pages does', async ({ services, me }) => {
  const stream = await me.caller.change.stream({ since: 0 })
  const changes = stream[Symbol.asyncIterator]()
  const first = changes.next()
  await me.client.task.create.mutate({ title: 'Write' })
  expect(titleOf(await first)).toBe('Write')

  const second = changes.next()
  await me.client.task.list.query({})
  const end = occupy(me)
  const internal = internalCaller(services, me.user.id)
  await internal.task.create({ title: 'Read' })
  let told = false
  void second.then(() => {
    told = true
  })
  await (await testUser(services)).client.task.list.query({})
  expect(told).toBe(false)
  end()
  expect(titleOf(await second)).toBe('Read')
  await changes.return?.()
})

test('a call asks the database for one thing at a time', async ({ services, db, me }) => {
  let asked = 0
  let most = 0
  const watched = db.$extends({
    query: {
      async $allOperations({ args, query }) {
        asked += 1
        most = Math.max(most, asked)
        return query(args).finally(() => {
          asked -= 1
        })
      },
    },
  }) as unknown as OpenDatabase['client']
  const caller = createCaller({ ...internalContext(services, me.user.id), db: watched })
  expect(await caller.task.list({ withTotal: true })).toMatchObject({ total: 0 })
  expect(most).toBe(1)
})

function titleOf({ value }: IteratorResult<unknown>): string | undefined {
  // createCaller hands out what the procedure yields; the types are those of a client.
  const [, change] = value as TrackedEnvelope<Change>
  return change.type === 'task' ? change.task?.title : undefined
}

/** What a call takes of the user's 600 points. */
async function costOf(services: Services, call: (client: TestUser['client']) => Promise<unknown>): Promise<number> {
  const { accessToken } = await testUser(services)
  let remaining = Number.NaN
  const client = inProcessClient(services, {
    bearerToken: accessToken,
    reportLimit: (state) => {
      remaining = state.remaining
    },
  })
  await call(client).catch(() => {})
  return 600 - remaining
}

const ids = (count: number) => Array.from({ length: count }, () => crypto.randomUUID())

test.for<[string, number, (client: TestUser['client']) => Promise<unknown>]>([
  ['a list', 1, ({ task }) => task.list.query({ limit: 100 })],
  ['a list with its total', 2, ({ task }) => task.list.query({ withTotal: true })],
  ['a search', 5, ({ task }) => task.list.query({ search: 'milk' })],
  ['a search with its total', 6, ({ task }) => task.list.query({ search: 'milk', withTotal: true })],
  ['a task', 1, ({ task }) => task.create.mutate({ title: 'Write' })],
  ['a change of ten tasks at once', 1, ({ task }) => task.updateMany.mutate({ ids: ids(10), completed: true })],
  ['a change of eleven tasks', 2, ({ task }) => task.updateMany.mutate({ ids: ids(11), completed: true })],
  ['a hundred tasks thrown away', 10, ({ task }) => task.deleteMany.mutate({ ids: ids(100) })],
  ['what is not valid', 1, ({ task }) => task.deleteMany.mutate({ ids: [] })],
])('%s costs %i', async ([_what, points, call], { services }) => {
  expect(await costOf(services, call)).toBe(points)
})

test('who has too few points left for a search is told when there are more', async ({ services, me }) => {
  await services.limits.consume('callsPerUser', me.user.id, 596)
  const search = me.client.task.list.query({ search: 'milk' })
  expect(await refusalOf(search)).toMatchObject({ reason: 'RATE_LIMITED', retryAfter: expect.any(Number) })
})
