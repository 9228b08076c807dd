import { InfiniteQueryObserver, MutationObserver, onlineManager, QueryObserver } from '@tanstack/react-query'
import { expect, onTestFinished, vi } from 'vitest'
import { test, titlesOf } from '../testing/cache-test.ts'
import { eventually } from '../testing/client-test.ts'

test('a query that shows the last change when the feed begins is not read a second time', async ({
  app,
  account: { caller },
}) => {
  const { taskwire, queryClient, ends, reads } = app
  await caller.tag.create({ name: 'Home' })
  const { id } = await caller.task.create({ title: 'Last' })
  const list = new QueryObserver(queryClient, taskwire.task.list.queryOptions())
  const one = new QueryObserver(queryClient, taskwire.task.get.queryOptions({ id }))
  const tags = new QueryObserver(queryClient, taskwire.tag.list.queryOptions())
  for (const observer of [list, one, tags]) ends.push(observer.subscribe(() => {}))
  await eventually(() => expect([list, one, tags].every((each) => each.getCurrentResult().isSuccess)).toBe(true))
  const before = reads()
  app.keepCurrent()
  // The tags may have changed between their answer and the beginning.
  await eventually(() => expect(reads()).toBe(before + 1))
  await caller.task.update({ id, title: 'Changed' })
  await eventually(() => expect(titlesOf(list.getCurrentResult().data)).toBe('Changed'))
  expect(one.getCurrentResult().data?.title).toBe('Changed')
  expect(reads()).toBe(before + 1)
})

test('a read that was on its way when the feed began is followed by another', async ({
  app,
  account: { caller },
  browser,
}) => {
  const { taskwire, queryClient, ends } = app
  await caller.task.create({ title: 'First' })
  const second = await caller.task.create({ title: 'Second' })
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let isFirst = true
  const stale = await caller.task.list({})
  browser.disturb = async (procedures) => {
    if (!procedures.includes('task.list') || !isFirst) return undefined
    isFirst = false
    await released
    const json = JSON.parse(JSON.stringify(stale))
    const dates = ['createdAt', 'updatedAt']
    const values = Object.fromEntries(
      stale.items.flatMap((_, index) => dates.map((name) => [`items.${index}.${name}`, ['Date']])),
    )
    return Response.json({ result: { data: { json, meta: { values } } } })
  }
  const list = new QueryObserver(queryClient, taskwire.task.list.queryOptions())
  ends.push(list.subscribe(() => {}))
  await eventually(() => expect(isFirst).toBe(false))
  await caller.task.delete({ id: second.id })
  app.keepCurrent()
  await eventually(() => expect(browser.count('change.list')).toBeGreaterThan(0))
  await eventually(() => expect(browser.count('change.stream')).toBeGreaterThan(0))
  release()
  await eventually(() => expect(titlesOf(list.getCurrentResult().data)).toBe('First'))
})

test('a mutation that does not end holds reads up for a while only', async ({ app, account: { caller }, browser }) => {
  const { taskwire, queryClient, ends } = app
  const trash = new QueryObserver(queryClient, taskwire.task.list.queryOptions({ deleted: true }))
  ends.push(trash.subscribe(() => {}))
  await eventually(() => expect(trash.getCurrentResult().isSuccess).toBe(true))
  await app.follow()
  const release = browser.holdBack('task.create')
  const create = new MutationObserver(queryClient, taskwire.task.create.mutationOptions())
  const created = create.mutate({ title: 'Hangs' })
  const { id } = await caller.task.create({ title: 'Gone' })
  await caller.task.delete({ id })
  await eventually(() => expect(titlesOf(trash.getCurrentResult().data)).toBe('Gone'))
  expect(create.getCurrentResult().isPending).toBe(true)
  release()
  await created
})

test('a mutation that waits for the network does not hold reads up', async ({ app, account: { caller } }) => {
  const { taskwire, queryClient, ends } = app
  const trash = new QueryObserver(
    queryClient,
    taskwire.task.list.queryOptions({ deleted: true }, { networkMode: 'always' }),
  )
  ends.push(trash.subscribe(() => {}))
  await eventually(() => expect(trash.getCurrentResult().isSuccess).toBe(true))
  await app.follow()
  ends.push(() => onlineManager.setOnline(true))
  onlineManager.setOnline(false)
  const create = new MutationObserver(queryClient, taskwire.task.create.mutationOptions())
  const created = create.mutate({ title: 'Later' })
  await eventually(() => expect(create.getCurrentResult().isPaused).toBe(true))
  const { id } = await caller.task.create({ title: 'Gone' })
  const begin = performance.now()
  await caller.task.delete({ id })
  await eventually(() => expect(titlesOf(trash.getCurrentResult().data)).toBe('Gone'))
  expect(create.getCurrentResult().isPaused).toBe(true)
  // Shorter than a mutation holds reads up in this test.
  expect(performance.now() - begin).toBeLessThan(4_500)
  onlineManager.setOnline(true)
  await queryClient.resumePausedMutations()
  await created
})

test('the next page for which somebody waits comes, whatever is to be read again', async ({
  app,
  account: { caller },
  browser,
}) => {
  const { taskwire, queryClient, ends } = app
  const make = async (title: string) => {
    const { id } = await caller.task.create({ title })
    return { id, delete: () => caller.task.delete({ id }) }
  }
  for (const title of ['A', 'B', 'C']) await (await make(title)).delete()
  const last = await make('D')
  const trash = new InfiniteQueryObserver(
    queryClient,
    taskwire.task.list.infiniteQueryOptions(
      { deleted: true, limit: 1 },
      { getNextPageParam: ({ nextCursor }) => nextCursor },
    ),
  )
  const one = new QueryObserver(queryClient, taskwire.task.get.queryOptions({ id: last.id }))
  for (const end of [trash.subscribe(() => {}), one.subscribe(() => {})]) ends.push(end)
  await eventually(() => expect(trash.getCurrentResult().isSuccess && one.getCurrentResult().isSuccess).toBe(true))
  await app.follow()
  const release = browser.holdBack('task.list')
  const next = trash.fetchNextPage()
  await last.delete()
  // Read again at the moment at which the trash would have been.
  await eventually(() => expect(one.getCurrentResult().isError).toBe(true))
  release()
  await next
  expect(trash.getCurrentResult().data?.pages).toHaveLength(2)
  await eventually(() => expect(trash.getCurrentResult().data?.pages.map(titlesOf)).toEqual(['D', 'C']))
})

test('what is to be read again is, when the clock is set back by an hour', async ({ app, account: { caller } }) => {
  const { taskwire, queryClient, ends } = app
  const trash = new QueryObserver(queryClient, taskwire.task.list.queryOptions({ deleted: true }))
  ends.push(trash.subscribe(() => {}))
  await eventually(() => expect(trash.getCurrentResult().isSuccess).toBe(true))
  await app.follow()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const { id } = await caller.task.create({ title: 'Gone' })
  await caller.task.delete({ id })
  await eventually(() => expect(titlesOf(trash.getCurrentResult().data)).toBe('Gone'))
})
