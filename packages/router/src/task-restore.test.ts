import { purge } from '@taskwire/domain'
import { expect } from 'vitest'
import { testWith } from './testing/fixture.ts'
import { refusalOf, testUser } from './testing/index.ts'
import { countsOf, newTasks, newTombstone } from './testing/rows.ts'

const test = testWith({ quotas: { maxTasks: 3, maxTags: 2 } })
const noMoreTasks = { reason: 'QUOTA_REACHED', httpStatus: 409, code: 'CONFLICT', limit: 3 }

test('a task comes back from the trash with its tags, and a second time nothing happens', async ({
  me: { caller, client },
}) => {
  const tag = await caller.tag.create({ name: 'Home' })
  const task = await caller.task.create({ title: 'Write', tagIds: [tag.id] })
  await caller.task.delete({ id: task.id })
  const restored = await caller.task.restore({ id: task.id })
  expect(restored).toMatchObject({ id: task.id, deletedAt: null, tags: task.tags })
  expect(restored.version).toBeGreaterThan(task.version)
  expect(await caller.task.restore({ id: task.id })).toEqual(restored)
  expect(await refusalOf(client.task.restore.mutate({ id: tag.id }))).toMatchObject({ reason: 'NOT_FOUND' })
})

test('whoever has as many tasks as they may takes none back from the trash, but may name one that is not there', async ({
  me,
}) => {
  const [deleted = '', live = ''] = await newTasks(me, 2)
  await me.caller.task.delete({ id: deleted })
  await newTasks(me, 2)
  expect(await refusalOf(me.client.task.restore.mutate({ id: deleted }))).toMatchObject(noMoreTasks)
  expect(await me.client.task.restore.mutate({ id: live })).toMatchObject({ deletedAt: null })
  await me.caller.task.deleteMany({ ids: [live] })
  expect(await me.client.task.restore.mutate({ id: deleted })).toMatchObject({ deletedAt: null })
  expect(await countsOf(me)).toMatchObject({ liveTasks: 3, deletedTasks: 1 })
})

test('a task that is live is left as it is, and is no change', async ({ me: { caller } }) => {
  const task = await caller.task.create({ title: 'Write', completed: true })
  const { version } = await caller.change.list()
  expect(await caller.task.restore({ id: task.id })).toEqual(task)
  expect(await caller.change.list()).toMatchObject({ version })
})

test('a task comes back as it was, into the list and out of the trash, and whoever was away is told', async ({
  me,
}) => {
  const { caller } = me
  const task = await caller.task.create({ title: 'Write', description: 'Text', completed: true, dueAt: new Date(0) })
  await caller.task.delete({ id: task.id })
  const { version: since } = await caller.change.list()
  const restored = await caller.task.restore({ id: task.id })
  const { version, updatedAt } = restored
  expect(restored).toEqual({ ...task, version, updatedAt })
  expect(await caller.task.get({ id: task.id })).toEqual(restored)
  expect((await caller.task.list()).items).toEqual([restored])
  expect((await caller.task.list({ deleted: true })).items).toEqual([])
  expect((await caller.change.list({ since })).changes).toEqual([
    { type: 'task', id: task.id, version, deleted: false, task: restored },
  ])
})

test('a tag that was deleted meanwhile does not come back with its task', async ({ me: { caller } }) => {
  const [kept, gone] = [await caller.tag.create({ name: 'Kept' }), await caller.tag.create({ name: 'Gone' })]
  const { id } = await caller.task.create({ title: 'Write', tagIds: [kept.id, gone.id] })
  await caller.task.delete({ id })
  await caller.tag.delete({ id: gone.id })
  expect(await caller.task.restore({ id })).toMatchObject({ tags: [{ id: kept.id }] })
  expect(await caller.tag.list()).toMatchObject([{ id: kept.id, taskCount: 1 }])
})

test("a task that never was, another user's or one that is purged is NOT_FOUND, and stays so", async ({
  me,
  services,
}) => {
  const other = await testUser(services)
  const [foreign, purged] = [await newTombstone(other), await newTombstone(me)]
  await newTasks(me, 1)
  await purge(services.db, { maxTasks: 0, maxTags: 0 })
  const theirs = await newTombstone(other)
  for (const id of [crypto.randomUUID(), foreign, purged, theirs]) {
    expect(await refusalOf(me.client.task.restore.mutate({ id }))).toMatchObject({ reason: 'NOT_FOUND' })
  }
  expect(await countsOf(me)).toMatchObject({ liveTasks: 1, deletedTasks: 0 })
  expect(await other.client.task.restore.mutate({ id: theirs })).toMatchObject({ id: theirs, deletedAt: null })
})
