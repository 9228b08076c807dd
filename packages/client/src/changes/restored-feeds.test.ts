import { createCollection } from '@tanstack/db'
import { QueryObserver } from '@tanstack/react-query'
import { restartFeeds, rewind, type TestUser } from '@taskwire/router/testing'
import { expect } from 'vitest'
import { taskCollectionOptions } from '../tanstack-db/index.ts'
import { test as cacheTest, titlesOf } from '../testing/cache-test.ts'
import { eventually } from '../testing/client-test.ts'
import { write } from '../testing/following-test.ts'
import { recorder } from '../testing/recorder.ts'

// A server whose data is from a backup counts on from versions that its clients have seen: unless its feeds are restarted.
const test = cacheTest
  .extend('tasks', async ({ client, app: _app }, { onCleanup }) => {
    const tasks = createCollection(taskCollectionOptions({ client }))
    onCleanup(() => tasks.cleanup())
    return tasks
  })
  .extend('restore', ({ server, newcomer }) => async (version: number) => {
    await rewind(newcomer, version)
    return restartFeeds(server.services.db)
  })

/** Changes so many things at once: a client that asks afterwards finds that the server has overtaken it. */
async function writeMany({ services: { db }, user }: TestUser, count: number): Promise<void> {
  await db.task.createMany({
    data: Array.from({ length: count }, (_, index) => ({ userId: user.id, title: `New ${index}` })),
  })
}

test('a client that was ahead of the backup starts over, also when the server has overtaken it', async ({
  client,
  app: _app,
  newcomer,
  restore,
  onTestFinished,
}) => {
  const told = recorder(0)
  onTestFinished(client.$changes.subscribe(told))
  await write(newcomer, 10)
  await eventually(() => expect(told.versions.at(-1)).toBe(10))
  await rewind(newcomer, 5)
  await writeMany(newcomer, 20)
  const { version } = await restore(25)
  await writeMany(newcomer, 1_000)
  await eventually(() => expect(told.resets).toHaveLength(1))
  expect(told.resets[0]).toBeGreaterThanOrEqual(version)
  await write(newcomer, 1)
  await eventually(() => expect(told.versions.at(-1)).toBe(version + 1_001))
  expect(told.resets).toHaveLength(1)
})

test('a collection shows what the server has, however much that is', async ({ tasks, newcomer, restore }) => {
  await writeMany(newcomer, 550)
  await tasks.preload()
  await write(newcomer, 10)
  await eventually(() => expect(tasks.size).toBe(560))
  await restore(550)
  await writeMany(newcomer, 50)
  await eventually(() => expect(tasks.size).toBe(600))
  const shown = new Set(tasks.keys())
  const there = await newcomer.services.db.task.findMany({ where: { userId: newcomer.user.id }, select: { id: true } })
  expect(there.every(({ id }) => shown.has(id))).toBe(true)
})

test('a row that was written here before can be written again', async ({ tasks, newcomer, restore }) => {
  const { id } = await newcomer.client.task.create.mutate({ title: 'Before' })
  await tasks.preload()
  const rename = (title: string) =>
    tasks.update(id, (draft) => {
      draft.title = title
    }).isPersisted.promise
  const kept = await newcomer.services.db.task.findFirstOrThrow({ where: { id } })
  await rename('Lost')
  // What the backup holds: the row as it was.
  await newcomer.services.db.$transaction(async (transaction) => {
    await transaction.$executeRaw`SET LOCAL session_replication_role = replica`
    await transaction.task.update({ where: { userId_id: { userId: newcomer.user.id, id } }, data: kept })
  })
  await restore(kept.version)
  await eventually(() => expect(tasks.get(id)).toMatchObject({ title: 'Before', version: kept.version }))
  await rename('After')
  expect(tasks.get(id)?.title).toBe('After')
})

test('a cache shows what the server has', async ({ app, newcomer, restore }) => {
  await write(newcomer, 2)
  const list = new QueryObserver(
    app.queryClient,
    app.taskwire.task.list.queryOptions({ sort: 'createdAt', order: 'asc' }),
  )
  app.ends.push(list.subscribe(() => {}))
  await app.follow()
  await newcomer.client.task.create.mutate({ title: 'Ghost' })
  const shown = () => titlesOf(list.getCurrentResult().data)
  await eventually(() => expect(shown()).toBe('Task 0,Task 1,Ghost'))
  const { version } = await newcomer.caller.change.list()
  await restore(version - 1)
  await newcomer.client.task.create.mutate({ title: 'New' })
  await eventually(() => expect(shown()).toBe('Task 0,Task 1,New'))
})
