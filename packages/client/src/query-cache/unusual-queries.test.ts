import { InfiniteQueryObserver, QueryObserver } from '@tanstack/react-query'
import type { Task } from '@taskwire/contract'
import { expect } from 'vitest'
import type { RowChange } from '../changes/subscription.ts'
import { test, titlesOf } from '../testing/cache-test.ts'
import { eventually } from '../testing/client-test.ts'
import { draft } from '../testing/draft.ts'
import { handMadeFeed } from '../testing/hand-made-feed.ts'

test('queries that select, show placeholders or read regularly follow as any other', async ({
  app,
  account: { caller },
}) => {
  const { taskwire, queryClient, ends } = app
  const first = await caller.task.create({ title: 'First' })
  const empty = { items: [], nextCursor: null, total: null }
  const selecting = new QueryObserver(queryClient, taskwire.task.list.queryOptions({}, { select: titlesOf }))
  const placed = new QueryObserver(
    queryClient,
    taskwire.task.list.queryOptions({ completed: false }, { placeholderData: empty }),
  )
  const regular = new QueryObserver(
    queryClient,
    taskwire.task.list.queryOptions({ limit: 5 }, { refetchInterval: 30, staleTime: 0 }),
  )
  for (const observer of [selecting, placed, regular]) ends.push(observer.subscribe(() => {}))
  await eventually(() => expect(selecting.getCurrentResult().data).toBe('First'))
  await app.follow()
  await caller.task.update({ id: first.id, title: 'Changed' })
  await eventually(() => expect(selecting.getCurrentResult().data).toBe('Changed'))
  await eventually(() => expect(titlesOf(placed.getCurrentResult().data)).toBe('Changed'))
  await eventually(() => expect(titlesOf(regular.getCurrentResult().data)).toBe('Changed'))
})

test('an infinite query that keeps a few pages stays equal to the server, wherever it stands', async ({
  app,
  account: { caller },
}) => {
  const { taskwire, queryClient, ends } = app
  const ids: string[] = []
  for (const title of ['1', '2', '3', '4', '5', '6', '7']) ids.push((await caller.task.create({ title })).id)
  const pages = new InfiniteQueryObserver(
    queryClient,
    taskwire.task.list.infiniteQueryOptions(
      { limit: 2 },
      { getNextPageParam: ({ nextCursor }) => nextCursor, getPreviousPageParam: () => null, maxPages: 2 },
    ),
  )
  ends.push(pages.subscribe(() => {}))
  const shown = () => pages.getCurrentResult().data?.pages.map(titlesOf).join(' ')
  await eventually(() => expect(shown()).toBe('7,6'))
  await app.follow()
  await pages.fetchNextPage()
  await pages.fetchNextPage()
  expect(shown()).toBe('5,4 3,2')
  await caller.task.create({ title: '8' })
  await caller.task.update({ id: ids[6] ?? '', title: 'Seven' })
  await caller.task.update({ id: ids[3] ?? '', title: 'Four' })
  await caller.task.delete({ id: ids[2] ?? '' })
  await eventually(() => expect(shown()).toBe('5,Four 2'))
  await pages.refetch()
  expect(shown()).toBe('5,Four 2,1')
})

test('what the application removes while a change comes stays away, and the rest follows', async ({
  app,
  account: { caller },
}) => {
  const { taskwire, queryClient, ends } = app
  const { id } = await caller.task.create({ title: 'First' })
  const options = taskwire.task.list.queryOptions()
  const list = new QueryObserver(queryClient, options)
  ends.push(list.subscribe(() => {}))
  await queryClient.prefetchQuery(taskwire.task.get.queryOptions({ id }))
  await eventually(() => expect(list.getCurrentResult().isSuccess).toBe(true))
  await app.follow()
  const { queryKey } = taskwire.task.get.queryOptions({ id })
  const remove = queryClient.getQueryCache().subscribe(({ type, query }) => {
    const [[, name] = []] = query.queryKey as [string[]]
    if (type === 'updated' && name === 'list') queryClient.removeQueries({ queryKey })
  })
  await caller.task.update({ id, title: 'Second' })
  await eventually(() => expect(titlesOf(list.getCurrentResult().data)).toBe('Second'))
  await eventually(() => expect(queryClient.getQueryData(queryKey)).toBeUndefined())
  remove()
  queryClient.removeQueries({ ...options, exact: true })
  await caller.task.update({ id, title: 'Third' })
  const later = new QueryObserver(queryClient, options)
  ends.push(later.subscribe(() => {}))
  await eventually(() => expect(titlesOf(later.getCurrentResult().data)).toBe('Third'))
})

test('a query that was removed while it was to be read again is given up', async ({ app, account: { caller } }) => {
  const { taskwire, queryClient, ends } = app
  const options = taskwire.task.list.queryOptions({ deleted: true })
  const trash = new QueryObserver(queryClient, options)
  const other = new QueryObserver(queryClient, taskwire.task.list.queryOptions({ deleted: true, limit: 5 }))
  for (const observer of [trash, other]) ends.push(observer.subscribe(() => {}))
  await eventually(() => expect(trash.getCurrentResult().isSuccess && other.getCurrentResult().isSuccess).toBe(true))
  await app.follow()
  queryClient.removeQueries({ ...options, exact: true })
  const { id } = await caller.task.create({ title: 'Gone' })
  await caller.task.delete({ id })
  await eventually(() => expect(titlesOf(other.getCurrentResult().data)).toBe('Gone'))
  expect(queryClient.getQueryData(options.queryKey)).toBeUndefined()
})

test('five thousand cached tasks take five hundred changes at once, and a tag that is renamed', ({ app }) => {
  const { taskwire, queryClient } = app
  const { queryKey } = taskwire.task.list.infiniteQueryOptions({}, { getNextPageParam: () => null })
  const tasks = Array.from({ length: 5_000 }, (_, index) => taskAt(index))
  const pages = Array.from({ length: 50 }, (_, page) => ({
    items: tasks.slice(page * 100, page * 100 + 100),
    nextCursor: page === 49 ? null : 'unread',
    total: null,
  }))
  queryClient.setQueryData(queryKey, { pages, pageParams: pages.map(() => null) })
  const feed = handMadeFeed()
  app.keepCurrent(feed.changes)
  feed.begin(5_000)
  const changed = Array.from({ length: 500 }, (_, index) => taskAt(index * 10)).map((task, index) =>
    changeOf({ ...task, title: 'Changed', version: 10_000 + index }),
  )
  const begin = performance.now()
  feed.tell(changed)
  feed.tell([renamed(20_000)])
  const end = performance.now()
  const shown = queryClient.getQueryData(queryKey)?.pages.flatMap(({ items }) => items) ?? []
  expect(shown).toHaveLength(5_000)
  expect(shown.filter(({ title }) => title === 'Changed')).toHaveLength(500)
  expect(shown.filter(({ tags }) => tags[0]?.name === 'House')).toHaveLength(3_000)
  expect(end - begin).toBeLessThan(20_000)
})

const TAG = '00000000-0000-4000-9000-000000000000'

/** Every task but the last 2 000 carries the tag. */
function taskAt(index: number): Task {
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
  const made = new Date(1_000_000_000_000 - index * 1_000)
  const tags = index < 3_000 ? [{ id: TAG, name: 'Home', color: null }] : []
  return { ...draft({ id, title: `Task ${index}` }), tags, version: index + 1, createdAt: made, updatedAt: made }
}

function changeOf(task: Task): RowChange {
  return { type: 'task', id: task.id, version: task.version, deleted: false, task: { ...task, updatedAt: new Date() } }
}

function renamed(version: number): RowChange {
  const [createdAt, updatedAt] = [new Date(0), new Date()]
  const tag = { id: TAG, name: 'House', color: null, version, createdAt, updatedAt, deletedAt: null }
  return { type: 'tag', id: TAG, version, deleted: false, tag }
}
