import {
  InfiniteQueryObserver,
  MutationObserver,
  type QueryCacheNotifyEvent,
  QueryObserver,
} from '@tanstack/react-query'
import type { TaskListResult } from '@taskwire/contract'
import { expect } from 'vitest'
import { newId } from '../new-id.ts'
import { refusal } from '../testing/browser.ts'
import { test, titlesOf } from '../testing/cache-test.ts'
import { eventually } from '../testing/client-test.ts'
import { draft } from '../testing/draft.ts'

test('what is cached follows what happens elsewhere, without a read', async ({ app, account: { caller } }) => {
  const { taskwire, queryClient, ends, reads } = app
  const home = await caller.tag.create({ name: 'Home' })
  const first = await caller.task.create({ title: 'First', tagIds: [home.id] })
  const list = new QueryObserver(queryClient, taskwire.task.list.queryOptions({ completed: false }))
  const pages = new InfiniteQueryObserver(
    queryClient,
    taskwire.task.list.infiniteQueryOptions(
      { tagIds: [home.id] },
      { getNextPageParam: ({ nextCursor }) => nextCursor },
    ),
  )
  const one = new QueryObserver(queryClient, taskwire.task.get.queryOptions({ id: first.id }))
  for (const observer of [list, one]) ends.push(observer.subscribe(() => {}))
  ends.push(pages.subscribe(() => {}))
  await eventually(() => expect([list, one, pages].every((each) => each.getCurrentResult().isSuccess)).toBe(true))
  await app.follow()
  const shown = () => ({
    list: list.getCurrentResult().data?.items.map(({ title }) => title),
    ofTag: pages.getCurrentResult().data?.pages.flatMap(({ items }) => items.map(({ title }) => title)),
    one: one.getCurrentResult().data?.tags.map(({ name }) => name),
  })
  const before = reads()

  const second = await caller.task.create({ title: 'Second' })
  await caller.task.update({ id: second.id, title: 'Third', tagIds: [home.id] })
  await eventually(() =>
    expect(shown()).toEqual({ list: ['Third', 'First'], ofTag: ['Third', 'First'], one: ['Home'] }),
  )
  await caller.task.setCompleted({ id: first.id, completed: true })
  await caller.tag.update({ id: home.id, name: 'House' })
  await eventually(() => expect(shown()).toEqual({ list: ['Third'], ofTag: ['Third', 'First'], one: ['House'] }))
  await caller.task.delete({ id: second.id })
  await eventually(() => expect(shown()).toEqual({ list: [], ofTag: ['First'], one: ['House'] }))
  expect(reads()).toBe(before)
})

test('what only the server knows is read again, seldom while changes keep coming, and once more at the end', async ({
  app,
  account: { caller },
}) => {
  const { taskwire, queryClient, ends, reads } = app
  const trash = new QueryObserver(queryClient, taskwire.task.list.queryOptions({ deleted: true, limit: 100 }))
  ends.push(trash.subscribe(() => {}))
  await eventually(() => expect(trash.getCurrentResult().isSuccess).toBe(true))
  await app.follow()
  const before = reads()
  for (let made = 1; made <= 30; made += 1) {
    const { id } = await caller.task.create({ title: `Task ${made}` })
    await caller.task.delete({ id })
  }
  await eventually(() => expect(trash.getCurrentResult().data?.items).toHaveLength(30))
  expect(reads() - before).toBeLessThanOrEqual(10)
})

test('an optimistic row stays through changes, reads and the own change, and is there once', async ({
  app,
  account: { caller },
  browser,
}) => {
  const { taskwire, queryClient, ends, reads } = app
  await caller.task.create({ title: 'First' })
  const options = taskwire.task.list.queryOptions()
  const list = new QueryObserver(queryClient, options)
  ends.push(list.subscribe(() => {}))
  await eventually(() => expect(list.getCurrentResult().isSuccess).toBe(true))
  await app.follow()
  const frames: string[] = []
  const record = ({ type, query }: QueryCacheNotifyEvent) => {
    if (type === 'updated') frames.push(titlesOf(query.state.data as TaskListResult))
  }

  const id = newId()
  const create = new MutationObserver(
    queryClient,
    taskwire.task.create.mutationOptions({
      onMutate: ({ title }) => {
        queryClient.setQueryData(
          options.queryKey,
          (old) => old && { ...old, items: [draft({ id, title }), ...old.items] },
        )
        ends.push(queryClient.getQueryCache().subscribe(record))
      },
    }),
  )
  const release = browser.holdBack('task.create')
  const created = create.mutate({ id, title: 'Draft' })
  await eventually(() => expect(titlesOf(list.getCurrentResult().data)).toBe('Draft,First'))
  await caller.task.create({ title: 'Elsewhere' })
  await eventually(() => expect(titlesOf(list.getCurrentResult().data)).toContain('Elsewhere'))
  await list.refetch()
  expect(titlesOf(list.getCurrentResult().data)).toContain('Draft')

  const before = reads()
  release()
  await created
  await eventually(() => expect(list.getCurrentResult().data?.items.find((task) => task.id === id)?.version).toBe(5))
  await caller.task.create({ title: 'Last' })
  await eventually(() => expect(titlesOf(list.getCurrentResult().data)).toContain('Last'))
  expect(reads()).toBe(before)
  expect(frames.length).toBeGreaterThan(0)
  for (const titles of frames) expect(titles.split(',').filter((title) => title === 'Draft')).toHaveLength(1)
})

test('a page that was on its way when a change came does not take it back', async ({ app, account, browser }) => {
  const { taskwire, queryClient, ends } = app
  const { caller } = account
  const ids: string[] = []
  for (let made = 1; made <= 5; made += 1) ids.push((await caller.task.create({ title: `Task ${made}` })).id)
  const pages = new InfiniteQueryObserver(
    queryClient,
    taskwire.task.list.infiniteQueryOptions({ limit: 2 }, { getNextPageParam: ({ nextCursor }) => nextCursor }),
  )
  ends.push(pages.subscribe(() => {}))
  const shown = () => pages.getCurrentResult().data?.pages.map(titlesOf).join()
  await eventually(() => expect(shown()).toBe('Task 5,Task 4'))
  await app.follow()

  const release = browser.holdBack('task.list')
  const next = pages.fetchNextPage()
  await caller.task.update({ id: ids[4] ?? '', title: 'Changed' })
  await caller.task.delete({ id: ids[3] ?? '' })
  await eventually(() => expect(shown()).toBe('Changed'))
  release()
  await next
  expect(shown()).toBe('Changed,Task 3,Task 2')
})

test('an own write is not read again, and counts once', async ({ app, account: { caller } }) => {
  const { taskwire, queryClient, ends, reads } = app
  const home = await caller.tag.create({ name: 'Home' })
  const task = await caller.task.create({ title: 'First', tagIds: [home.id] })
  const options = taskwire.task.list.queryOptions({ tagIds: [home.id] })
  const list = new QueryObserver(queryClient, options)
  const tags = new QueryObserver(queryClient, taskwire.tag.list.queryOptions())
  for (const observer of [list, tags]) ends.push(observer.subscribe(() => {}))
  await eventually(() => expect([list, tags].every((each) => each.getCurrentResult().isSuccess)).toBe(true))
  await app.follow()
  await app.settle()
  const before = reads()
  const counts = () => tags.getCurrentResult().data?.map(({ name, taskCount }) => `${name} ${taskCount}`)

  const update = new MutationObserver(
    queryClient,
    taskwire.task.update.mutationOptions({
      onMutate: () => queryClient.setQueryData(options.queryKey, (old) => old && { ...old, items: [] }),
    }),
  )
  await update.mutate({ id: task.id, tagIds: [] })
  expect(counts()).toEqual(['Home 0'])
  expect(titlesOf(list.getCurrentResult().data)).toBe('')
  const create = new MutationObserver(queryClient, taskwire.task.create.mutationOptions())
  await create.mutate({ title: 'Second', tagIds: [home.id] })
  expect(counts()).toEqual(['Home 1'])
  expect(titlesOf(list.getCurrentResult().data)).toBe('Second')

  // Told after both of the own changes.
  await caller.tag.update({ id: home.id, name: 'House' })
  await eventually(() => expect(counts()).toEqual(['House 1']))
  expect(reads()).toBe(before)
})

test('what was changed elsewhere stays when an optimistic update is taken back', async ({
  app,
  account: { caller },
}) => {
  const { taskwire, queryClient, ends } = app
  const [mine, other] = [await caller.task.create({ title: 'Mine' }), await caller.task.create({ title: 'Other' })]
  const options = taskwire.task.list.queryOptions()
  const list = new QueryObserver(queryClient, options)
  ends.push(list.subscribe(() => {}))
  await eventually(() => expect(list.getCurrentResult().isSuccess).toBe(true))
  await app.follow()
  const shown = () => titlesOf(list.getCurrentResult().data)

  const update = new MutationObserver(
    queryClient,
    taskwire.task.update.mutationOptions({
      async onMutate() {
        const snapshot = queryClient.getQueryData(options.queryKey)
        queryClient.setQueryData(
          options.queryKey,
          (old) =>
            old && {
              ...old,
              items: old.items.map((task) => (task.id === mine.id ? { ...task, title: 'Dreamt' } : task)),
            },
        )
        await caller.task.update({ id: other.id, title: 'Changed' })
        await eventually(() => expect(shown()).toBe('Changed,Dreamt'))
        return snapshot
      },
      onError: (_error, _variables, snapshot) => queryClient.setQueryData(options.queryKey, snapshot as TaskListResult),
    }),
  )
  await expect(update.mutate({ id: mine.id, version: 0, title: 'Dreamt' })).rejects.toMatchObject({
    data: { reason: 'VERSION_CONFLICT' },
  })
  expect(shown()).toBe('Changed,Mine')
})

test('a read that fails is tried again, and not sooner than the server asks', async ({
  app,
  account: { caller },
  browser,
}) => {
  const { taskwire, queryClient, ends } = app
  const trash = new QueryObserver(queryClient, taskwire.task.list.queryOptions({ deleted: true }))
  ends.push(trash.subscribe(() => {}))
  await eventually(() => expect(trash.getCurrentResult().isSuccess).toBe(true))
  await app.follow()
  const { id } = await caller.task.create({ title: 'Gone' })
  let refused = 0
  browser.disturb = (procedures) => {
    if (!procedures.includes('task.list') || refused === 2) return undefined
    refused += 1
    return refusal('RATE_LIMITED', { httpStatus: 429, retryAfter: 1 })
  }
  const begin = performance.now()
  await caller.task.delete({ id })
  await eventually(() => expect(titlesOf(trash.getCurrentResult().data)).toBe('Gone'))
  expect(refused).toBe(2)
  expect(performance.now() - begin).toBeGreaterThan(2_000)
})
