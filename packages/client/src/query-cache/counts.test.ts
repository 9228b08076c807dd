import { MutationObserver, QueryObserver } from '@tanstack/react-query'
import { expect, onTestFinished, vi } from 'vitest'
import { test as base } from '../testing/cache-test.ts'
import { eventually } from '../testing/client-test.ts'
import { handMadeFeed } from '../testing/hand-made-feed.ts'

/** A tag, a task without it, and what shows both; what happens is told when a test says so. */
const test = base.extend('shown', async ({ app, account: { caller } }) => {
  const { taskwire, queryClient, ends } = app
  const home = await caller.tag.create({ name: 'Home' })
  const task = await caller.task.create({ title: 'Task' })
  const feed = handMadeFeed()
  app.keepCurrent(feed.changes)
  feed.begin((await caller.change.list({})).version)
  const list = new QueryObserver(queryClient, taskwire.task.list.queryOptions())
  const ofTag = new QueryObserver(
    queryClient,
    taskwire.task.list.queryOptions({ tagIds: [home.id], withTotal: true, limit: 1 }),
  )
  const tags = new QueryObserver(queryClient, taskwire.tag.list.queryOptions())
  const observers = [list, ofTag, tags]
  for (const observer of observers) ends.push(observer.subscribe(() => {}))
  const shown = {
    home,
    task,
    feed,
    /** The count of the tag, and the total of its tasks. */
    counts: () => [tags.getCurrentResult().data?.[0]?.taskCount, ofTag.getCurrentResult().data?.total],
    /** Resolves once the version has been asked for, after the tags have been read. */
    async readTags() {
      const { questions } = feed
      await tags.refetch()
      await eventually(() => expect(feed.questions).toBeGreaterThan(questions))
    },
    /** Tells what has happened so far. */
    async tell() {
      const { changes } = await caller.change.list({ since: feed.told })
      feed.tell(changes)
    },
  }
  await eventually(() => expect(observers.every((each) => each.getCurrentResult().isSuccess)).toBe(true))
  await shown.readTags()
  return shown
})

test('what is told after the counts were read is counted without a read', async ({ app, account, shown }) => {
  const before = app.reads()
  await account.caller.task.update({ id: shown.task.id, tagIds: [shown.home.id] })
  await shown.tell()
  expect(shown.counts()).toEqual([1, 1])
  await account.caller.task.update({ id: shown.task.id, tagIds: [] })
  await shown.tell()
  expect(shown.counts()).toEqual([0, 0])
  expect(app.reads()).toBe(before)
})

test('a change that is in the counts already is not counted twice, however late it is told', async ({
  app,
  account: { caller },
  shown,
}) => {
  await caller.task.update({ id: shown.task.id, tagIds: [shown.home.id] })
  shown.feed.version += 1
  await shown.readTags()
  later(60_000)
  await shown.tell()
  await expectCounts({ app, shown, counts: [1, 1] })
})

test('a change in two steps of which one is in the counts is not counted twice', async ({
  app,
  account: { caller },
  shown,
}) => {
  await caller.task.update({ id: shown.task.id, tagIds: [shown.home.id] })
  shown.feed.version += 1
  await shown.readTags()
  await caller.task.update({ id: shown.task.id, title: 'Changed' })
  later(60_000)
  await shown.tell()
  await expectCounts({ app, shown, counts: [1, 1] })
})

test('a change that waited for a slow mutation is not counted twice', async ({
  app,
  account: { caller },
  browser,
  shown,
}) => {
  const { taskwire, queryClient } = app
  const release = browser.holdBack('task.update')
  const update = new MutationObserver(queryClient, taskwire.task.update.mutationOptions())
  const updated = update.mutate({ id: shown.task.id, version: 1, title: 'Refused' })
  await caller.task.update({ id: shown.task.id, tagIds: [shown.home.id] })
  await shown.tell()
  await shown.readTags()
  later(60_000)
  release()
  await expect(updated).rejects.toMatchObject({ data: { reason: 'VERSION_CONFLICT' } })
  await expectCounts({ app, shown, counts: [1, 1] })
})

test('an own write does not count what has happened elsewhere twice', async ({ app, account: { caller }, shown }) => {
  const { taskwire, queryClient } = app
  await caller.task.update({ id: shown.task.id, tagIds: [shown.home.id] })
  shown.feed.version += 1
  await shown.readTags()
  later(60_000)
  const update = new MutationObserver(queryClient, taskwire.task.update.mutationOptions())
  await update.mutate({ id: shown.task.id, title: 'Changed' })
  await expectCounts({ app, shown, counts: [1, 1] })
  await shown.tell()
  await expectCounts({ app, shown, counts: [1, 1] })
})

interface ExpectedCounts {
  app: { queryClient: { isFetching(): number } }
  shown: { counts(): unknown }
  counts: number[]
}

/** Expects them once nothing is read any more. */
async function expectCounts({ app, shown, counts }: ExpectedCounts): Promise<void> {
  await eventually(() => {
    expect(shown.counts()).toEqual(counts)
    expect(app.queryClient.isFetching()).toBe(0)
  })
}

/** The clock goes on by so many milliseconds. */
function later(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
  onTestFinished(() => {
    vi.useRealTimers()
  })
}
