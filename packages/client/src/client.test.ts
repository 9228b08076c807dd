import { type TaskListInput, taskListInputSchema } from '@taskwire/contract'
import { expect } from 'vitest'
import { isTaskwireError } from './error.ts'
import { newId } from './new-id.ts'
import type { TestBrowser } from './testing/browser.ts'
import { credentials, eventually, test } from './testing/client-test.ts'

test('dates go out and come back as dates', async ({ tool }) => {
  const id = newId()
  const dueAt = new Date('2026-12-24T18:00:00.123Z')
  const task = await tool.task.create.mutate({ id, title: 'Write', dueAt })
  expect(task).toMatchObject({ id, dueAt, createdAt: expect.any(Date), completedAt: null })
  expect(await tool.task.get.query({ id })).toEqual(task)
})

test('eleven calls made at once travel in two requests', async ({ ada, browser, tool }) => {
  const answers = await Promise.all(Array.from({ length: 11 }, () => tool.auth.me.query()))
  expect(answers).toEqual(Array(11).fill(ada.user))
  expect(calls(browser)).toEqual([Array(10).fill('auth.me'), ['auth.me']])
})

test('mutations that take a password go each by itself, whatever else is called', async ({ ada, browser, tool }) => {
  const { password } = ada
  await Promise.all([
    tool.apiToken.create.mutate({ name: 'Tool', password }),
    tool.auth.login.mutate(credentials(ada)),
    tool.auth.login.mutate(credentials(ada)),
    tool.tag.create.mutate({ name: 'Home' }),
    tool.tag.create.mutate({ name: 'Garden' }),
  ])
  expect(browser.seen.map(({ url }) => url.pathname + url.search).sort()).toEqual([
    '/trpc/apiToken.create?batch=1',
    '/trpc/auth.login?batch=1',
    '/trpc/auth.login?batch=1',
    '/trpc/tag.create,tag.create?batch=1',
  ])
})

test('every query that is valid fits into one URL', async ({ tool }) => {
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
  const error = await tool.task.list.query(longest).catch((cause) => cause)
  // The server read it, and found that the cursor is none of its own.
  if (!isTaskwireError(error) || error.data.reason !== 'VALIDATION_FAILED') throw error
  expect(error.data.issues.map(({ path }) => path)).toEqual(['cursor'])
})

test('long queries made at once are split over several URLs', async ({ browser, tool }) => {
  const search = '🙂'.repeat(200)
  await Promise.all(Array.from({ length: 4 }, () => tool.task.list.query({ search })))
  expect(calls(browser).map(({ length }) => length)).toEqual([3, 1])
  for (const { url } of browser.seen) expect(url.href.length).toBeLessThan(8_000)
})

test('a query too long for any URL is refused before it is sent', async ({ browser, tool }) => {
  await expect(tool.task.list.query({ search: 'x'.repeat(10_000) })).rejects.toThrow('Input is too big')
  expect(browser.seen).toEqual([])
})

test('a stale version brings the task as it is now', async ({ tool }) => {
  const { id, version } = await tool.task.create.mutate({ title: 'Write' })
  const current = await tool.task.setCompleted.mutate({ id, completed: true })
  const error = await tool.task.update.mutate({ id, version, title: 'Rewrite' }).catch((cause) => cause)
  if (!isTaskwireError(error) || error.data.reason !== 'VERSION_CONFLICT') throw error
  expect(error.data.current).toEqual(current)
})

test('an input that is refused names each field', async ({ tool }) => {
  const error = await tool.task.create.mutate({ title: ' ', tagIds: ['?'] }).catch((cause) => cause)
  if (!isTaskwireError(error) || error.data.reason !== 'VALIDATION_FAILED') throw error
  expect(error.data.issues.map(({ path }) => path)).toEqual(['title', 'tagIds.0'])
})

test('a call of a batch fails without the others', async ({ ada, browser, tool }) => {
  const [missing, me] = await Promise.allSettled([tool.task.get.query({ id: newId() }), tool.auth.me.query()])
  expect(missing).toMatchObject({ reason: { data: { reason: 'NOT_FOUND', httpStatus: 404 } } })
  expect(me).toMatchObject({ value: ada.user })
  expect(browser.seen).toHaveLength(1)
})

test('a call of a batch that is aborted ends at once, without the others', async ({ ada, browser, tool }) => {
  const controller = new AbortController()
  const answer = browser.holdBack('auth.me')
  const aborted = tool.auth.me.query(undefined, { signal: controller.signal }).catch((error) => error)
  const other = tool.auth.me.query()
  await eventually(() => expect(browser.seen).toHaveLength(1))

  controller.abort()
  expect(await aborted).toBe(controller.signal.reason)
  answer()

  expect(await other).toEqual(ada.user)
  expect(calls(browser)).toEqual([['auth.me', 'auth.me']])
})

test('a call that is aborted before its time is not sent', async ({ browser, tool }) => {
  const signal = AbortSignal.abort()
  await expect(tool.task.create.mutate({ title: 'Not to be made' }, { signal })).rejects.toThrow('aborted')
  await tool.auth.me.query()
  expect(calls(browser)).toEqual([['auth.me']])
})

/** The procedures that each request has called. */
function calls({ seen }: TestBrowser): string[][] {
  return seen.map(({ procedures }) => procedures)
}
