import { type TaskListInput, taskListInputSchema } from '@taskwire/contract'
import { type TestUser, testUser } from '@taskwire/router/testing'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createTaskwireClient, type TaskwireTokenClient } from './client.ts'
import { isTaskwireError } from './error.ts'
import { newId } from './new-id.ts'
import { serveRouter, type TestServer } from './testing/serve-router.ts'

let server: TestServer
let url: string
let ada: TestUser
let client: TaskwireTokenClient
let requested: URL[]

beforeAll(async () => {
  server = await serveRouter()
  url = server.url
  ada = await testUser(server.services)
})
beforeEach(() => {
  requested = []
  client = createTaskwireClient({
    url,
    token: ada.accessToken,
    fetch: (input, init) => {
      requested.push(new URL(String(input)))
      return fetch(input, init)
    },
  })
})
afterAll(() => server.close())

test('dates go out and come back as dates', async () => {
  const id = newId()
  const dueAt = new Date('2026-12-24T18:00:00.123Z')
  const task = await client.task.create.mutate({ id, title: 'Write', dueAt })
  expect(task).toMatchObject({ id, dueAt, createdAt: expect.any(Date), completedAt: null })
  expect(await client.task.get.query({ id })).toEqual(task)
})

test('eleven calls made at once travel in two requests', async () => {
  const answers = await Promise.all(Array.from({ length: 11 }, () => client.auth.me.query()))
  expect(answers).toEqual(Array(11).fill(ada.user))
  expect(requested.map(procedures)).toEqual([Array(10).fill('auth.me'), ['auth.me']])
})

test('mutations that take a password go each by itself, whatever else is called', async () => {
  const { email, password } = ada
  await Promise.all([
    client.apiToken.create.mutate({ name: 'Tool', password }),
    client.auth.login.mutate({ email, password }),
    client.auth.login.mutate({ email, password }),
    client.tag.create.mutate({ name: 'Home' }),
    client.tag.create.mutate({ name: 'Garden' }),
  ])
  expect(requested.map(({ pathname, search }) => pathname + search).sort()).toEqual([
    '/trpc/apiToken.create',
    '/trpc/auth.login',
    '/trpc/auth.login',
    '/trpc/tag.create,tag.create?batch=1',
  ])
})

test('every query that is valid fits into one URL', async () => {
  const longest: TaskListInput = {
    limit: 100,
    cursor: 'x'.repeat(2_048),
    completed: false,
    tagIds: Array.from({ length: 50 }, newId),
    search: '🙂'.repeat(200),
    dueAfter: new Date('2026-01-01'),
    dueBefore: new Date('2026-12-31'),
    deleted: false,
    sort: 'createdAt',
    order: 'desc',
    withTotal: false,
    direction: 'forward',
  }
  expect(taskListInputSchema.safeParse(longest).success).toBe(true)
  const error = await client.task.list.query(longest).catch((cause) => cause)
  // The server read it, and found that the cursor is none of its own.
  if (!isTaskwireError(error) || error.data.reason !== 'VALIDATION_FAILED') throw error
  expect(error.data.issues.map(({ path }) => path)).toEqual(['cursor'])
})

test('long queries made at once are split over several URLs', async () => {
  const search = '🙂'.repeat(200)
  await Promise.all(Array.from({ length: 4 }, () => client.task.list.query({ search })))
  expect(requested.map((request) => procedures(request).length)).toEqual([3, 1])
  for (const { href } of requested) expect(href.length).toBeLessThan(8_000)
})

test('a query too long for any URL is refused before it is sent', async () => {
  await expect(client.task.list.query({ search: 'x'.repeat(10_000) })).rejects.toThrow('Input is too big')
  expect(requested).toEqual([])
})

test('a stale version brings the task as it is now', async () => {
  const { id, version } = await client.task.create.mutate({ title: 'Write' })
  const current = await client.task.setCompleted.mutate({ id, completed: true })
  const error = await client.task.update.mutate({ id, version, title: 'Rewrite' }).catch((cause) => cause)
  if (!isTaskwireError(error) || error.data.reason !== 'VERSION_CONFLICT') throw error
  expect(error.data.current).toEqual(current)
})

test('an input that is refused names each field', async () => {
  const error = await client.task.create.mutate({ title: ' ', tagIds: ['?'] }).catch((cause) => cause)
  if (!isTaskwireError(error) || error.data.reason !== 'VALIDATION_FAILED') throw error
  expect(error.data.issues.map(({ path }) => path)).toEqual(['title', 'tagIds.0'])
})

test('a call of a batch fails without the others', async () => {
  const [missing, me] = await Promise.allSettled([client.task.get.query({ id: newId() }), client.auth.me.query()])
  expect(missing).toMatchObject({ reason: { data: { reason: 'NOT_FOUND', httpStatus: 404 } } })
  expect(me).toMatchObject({ value: ada.user })
  expect(requested).toHaveLength(1)
})

test('a call of a batch that is aborted ends at once, without the others', async () => {
  const controller = new AbortController()
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const slow = createTaskwireClient({
    url,
    token: ada.accessToken,
    fetch: (input, init) => {
      requested.push(new URL(String(input)))
      return answered.then(() => fetch(input, init))
    },
  })
  const aborted = slow.auth.me.query(undefined, { signal: controller.signal }).catch((error) => error)
  const other = slow.auth.me.query()
  await vi.waitFor(() => expect(requested).toHaveLength(1))

  controller.abort()
  expect((await aborted).cause).toMatchObject({ name: 'AbortError' })
  answer()

  expect(await other).toEqual(ada.user)
  expect(requested.map(procedures)).toEqual([['auth.me', 'auth.me']])
})

test('a call that is aborted before its time is not sent', async () => {
  const signal = AbortSignal.abort()
  await expect(client.task.create.mutate({ title: 'Not to be made' }, { signal })).rejects.toThrow('aborted')
  await client.auth.me.query()
  expect(requested.map(procedures)).toEqual([['auth.me']])
})

function procedures({ pathname }: URL): string[] {
  return pathname.replace('/trpc/', '').split(',')
}
