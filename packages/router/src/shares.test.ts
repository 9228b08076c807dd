import type { Change } from '@taskwire/contract'
import type { OpenDatabase } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import type { TrackedEnvelope } from '@trpc/server'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createCaller } from './app-router.ts'
import { createInnerContext } from './context.ts'
import type { Services } from './services.ts'
import { inProcessClient, refusalOf, type TestUser, testServices, testUser } from './testing/index.ts'

let db: OpenDatabase
let services: Services & { close(): Promise<void> }
let user: TestUser
let other: TestUser
beforeAll(async () => {
  db = await testDatabase()
})
beforeEach(async () => {
  // A user gets one connection.
  services = testServices(db.client, { databasePoolSize: 2, limitStore: { redis: null, multiplier: 1 } })
  user = await testUser(services)
  other = await testUser(services)
})
afterEach(() => services.close())

/** Takes the user's turn, as a call that lasts. @returns what ends it */
function occupy({ user: { id } }: TestUser): () => void {
  let end = () => {}
  const lasting = new Promise<void>((resolve) => {
    end = resolve
  })
  void services.turns.run(id, () => lasting)
  return end
}

test('whose calls last does not keep others waiting, and the own ones for 2 s', async () => {
  const end = occupy(user)
  const [list, create] = [user.client.task.list.query({}), user.client.task.create.mutate({ title: 'Write' })]
  const refusals = Promise.all([refusalOf(list), refusalOf(create)])
  await other.client.task.list.query({})
  await other.client.task.create.mutate({ title: 'Write' })
  for (const refusal of await refusals) {
    expect(refusal).toMatchObject({ reason: 'RATE_LIMITED', httpStatus: 429, retryAfter: 1 })
  }
  end()
  expect(await user.client.task.list.query({})).toMatchObject({ items: [] })
})

test('internal tools do not wait', async () => {
  const end = occupy(user)
  const internal = createCaller(createInnerContext(services, user.user.id))
  expect(await internal.task.list({})).toMatchObject({ items: [] })
  end()
})

test('an open stream takes no turn, and each of its pages does', async () => {
  const stream = await user.caller.change.stream({ since: 0 })
  const changes = stream[Symbol.asyncIterator]()
  const first = changes.next()
  await user.client.task.create.mutate({ title: 'Write' })
  expect(titleOf(await first)).toBe('Write')

  const second = changes.next()
  await user.client.task.list.query({})
  const end = occupy(user)
  const internal = createCaller(createInnerContext(services, user.user.id))
  await internal.task.create({ title: 'Read' })
  let told = false
  void second.then(() => {
    told = true
  })
  await other.client.task.list.query({})
  expect(told).toBe(false)
  end()
  expect(titleOf(await second)).toBe('Read')
  await changes.return?.()
})

test('a call asks the database for one thing at a time', async () => {
  let asked = 0
  let most = 0
  const watched = db.client.$extends({
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
  const caller = createCaller({ ...createInnerContext(services, user.user.id), db: watched })
  expect(await caller.task.list({ withTotal: true })).toMatchObject({ total: 0 })
  expect(most).toBe(1)
})

function titleOf({ value }: IteratorResult<unknown>): string | undefined {
  // createCaller hands out what the procedure yields; the types are those of a client.
  const [, change] = value as TrackedEnvelope<Change>
  return change.type === 'task' ? change.task?.title : undefined
}

/** What a call takes of the user's 600 points. */
async function costOf(call: (client: TestUser['client']) => Promise<unknown>): Promise<number> {
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

test.each<[string, number, (client: TestUser['client']) => Promise<unknown>]>([
  ['a list', 1, ({ task }) => task.list.query({ limit: 100 })],
  ['a list with its total', 2, ({ task }) => task.list.query({ withTotal: true })],
  ['a search', 5, ({ task }) => task.list.query({ search: 'milk' })],
  ['a search with its total', 6, ({ task }) => task.list.query({ search: 'milk', withTotal: true })],
  ['a task', 1, ({ task }) => task.create.mutate({ title: 'Write' })],
  ['a change of ten tasks at once', 1, ({ task }) => task.updateMany.mutate({ ids: ids(10), completed: true })],
  ['a change of eleven tasks', 2, ({ task }) => task.updateMany.mutate({ ids: ids(11), completed: true })],
  ['a hundred tasks thrown away', 10, ({ task }) => task.deleteMany.mutate({ ids: ids(100) })],
  ['what is not valid', 1, ({ task }) => task.deleteMany.mutate({ ids: [] })],
])('%s costs %i', async (_what, points, call) => {
  expect(await costOf(call)).toBe(points)
})

test('who has too few points left for a search is told when there are more', async () => {
  await services.limits.consume('callsPerUser', user.user.id, 596)
  const search = user.client.task.list.query({ search: 'milk' })
  expect(await refusalOf(search)).toMatchObject({ reason: 'RATE_LIMITED', retryAfter: expect.any(Number) })
})
