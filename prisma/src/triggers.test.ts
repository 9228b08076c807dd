import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { test as base } from './testing/fixture.ts'
import { newTag, newTask, newUser } from './testing/rows.ts'

const test = base
  .extend('task', ({ client, userId }) => {
    return (id: string) => client.task.findUniqueOrThrow({ where: { userId_id: { userId, id } } })
  })
  .extend('tag', ({ client, userId }) => {
    return (id: string) => client.tag.findUniqueOrThrow({ where: { userId_id: { userId, id } } })
  })
  .extend('updateTask', ({ client, userId }) => {
    return (id: string, data: Parameters<typeof client.task.update>[0]['data']) =>
      client.task.update({ where: { userId_id: { userId, id } }, data })
  })

describe('versions and times', () => {
  test('an insert takes the next number and the time of the database', async ({ client, userId, changeSeq }) => {
    const created = await client.task.create({
      data: { userId, title: 'a', version: 99, createdAt: new Date(0), updatedAt: new Date(0) },
    })
    expect(created.version).toBe(1)
    expect(Math.abs(Date.now() - created.createdAt.getTime())).toBeLessThan(10_000)
    expect(created.updatedAt).toEqual(created.createdAt)
    expect(await changeSeq()).toBe(1)
  })

  test('an update takes the next number, moves updatedAt and keeps createdAt', async ({
    client,
    userId,
    changeSeq,
    task,
    updateTask,
  }) => {
    const id = await newTask(client, userId)
    const before = await task(id)
    const after = await updateTask(id, { title: 'b', version: 50, createdAt: new Date(0) })
    expect(after.version).toBe(2)
    expect(after.createdAt).toEqual(before.createdAt)
    expect(after.updatedAt.getTime()).toBeGreaterThanOrEqual(before.updatedAt.getTime())
    expect(await changeSeq()).toBe(2)
  })

  test('each row of a statement takes a number of its own', async ({ client, userId, changeSeq }) => {
    await client.task.createMany({ data: ['a', 'b', 'c'].map((title) => ({ userId, title })) })
    await client.task.updateMany({ where: { userId }, data: { completed: true } })
    const versions = (await client.task.findMany({ where: { userId } })).map(({ version }) => version)
    expect(versions.toSorted()).toEqual([4, 5, 6])
    expect(await changeSeq()).toBe(6)
  })

  test('tasks and tags count on one number, and users do not share it', async ({ client, userId, task, tag }) => {
    const stranger = await newUser(client)
    await newTask(client, stranger)
    const taskId = await newTask(client, userId)
    const tagId = await newTag(client, userId)
    expect((await task(taskId)).version).toBe(1)
    expect((await tag(tagId)).version).toBe(2)
  })

  test('a soft delete is a change like any other', async ({ client, userId, updateTask }) => {
    const id = await newTask(client, userId)
    expect((await updateTask(id, { deletedAt: new Date() })).version).toBe(2)
  })

  test('a purge stamps nothing', async ({ client, userId, changeSeq }) => {
    await newTask(client, userId)
    await client.task.deleteMany({ where: { userId } })
    expect(await changeSeq()).toBe(1)
  })

  test('a change made in plain SQL is a change like any other', async ({ client, userId, task }) => {
    const id = await newTask(client, userId)
    await client.$executeRaw`UPDATE tasks SET title = 'by psql' WHERE id = ${id}::uuid`
    expect(await task(id)).toMatchObject({ title: 'by psql', version: 2 })
  })

  test('a change from a session without a search path is a change like any other', async ({
    client,
    userId,
    changeSeq,
    task,
  }) => {
    const id = await newTask(client, userId)
    const tagId = await newTag(client, userId)
    const inserted = randomUUID()
    await client.$transaction([
      client.$executeRaw`SET LOCAL search_path = ''`,
      client.$executeRaw`UPDATE public.tasks SET title = 'by hand' WHERE id = ${id}::uuid`,
      client.$executeRaw`INSERT INTO public.tasks (user_id, id, title) VALUES (${userId}::uuid, ${inserted}::uuid, 'a')`,
    ])
    expect([(await task(id)).version, (await task(inserted)).version]).toEqual([3, 4])
    await client.$transaction([
      client.$executeRaw`SET LOCAL search_path = ''`,
      client.$executeRaw`
        INSERT INTO public.task_tags (user_id, task_id, tag_id) VALUES (${userId}::uuid, ${id}::uuid, ${tagId}::uuid)`,
    ])
    expect((await task(id)).version).toBe(5)
    expect(await changeSeq()).toBe(5)
  })

  test('a refused change uses no number', async ({ client, userId, changeSeq, updateTask }) => {
    const id = await newTask(client, userId)
    await expect(updateTask(id, { title: '' })).rejects.toThrow()
    expect(await changeSeq()).toBe(1)
  })

  test('counting a change is no change of the account, a new email is', async ({ client, userId }) => {
    const before = await client.user.findUniqueOrThrow({ where: { id: userId } })
    await newTask(client, userId)
    const counted = await client.user.findUniqueOrThrow({ where: { id: userId } })
    expect(counted.updatedAt).toEqual(before.updatedAt)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const renamed = await client.user.update({ where: { id: userId }, data: { email: `new-${before.email}` } })
    expect(renamed.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime())
  })
})

describe('links', () => {
  test('a statement that links three tags stamps the task once', async ({ client, userId, changeSeq, task }) => {
    const taskId = await newTask(client, userId)
    const tagIds = [await newTag(client, userId), await newTag(client, userId), await newTag(client, userId)]
    await client.taskTag.createMany({ data: tagIds.map((tagId) => ({ userId, taskId, tagId })) })
    expect((await task(taskId)).version).toBe(5)
    expect(await changeSeq()).toBe(5)
  })

  test('a statement that links several tasks stamps each of them', async ({ client, userId }) => {
    const taskIds = [await newTask(client, userId), await newTask(client, userId)]
    const tagId = await newTag(client, userId)
    await client.taskTag.createMany({ data: taskIds.map((taskId) => ({ userId, taskId, tagId })) })
    const versions = (await client.task.findMany({ where: { userId } })).map(({ version }) => version)
    expect(versions.toSorted()).toEqual([4, 5])
  })

  test('a link written in the transaction that wrote the task adds no second stamp', async ({
    client,
    userId,
    changeSeq,
    task,
  }) => {
    const tagId = await newTag(client, userId)
    const created = await client.task.create({
      data: { userId, title: 'a', tags: { create: { tag: { connect: { userId_id: { userId, id: tagId } } } } } },
    })
    expect((await task(created.id)).version).toBe(2)
    expect(await changeSeq()).toBe(2)
  })

  test('unlinking stamps the task', async ({ client, userId, task }) => {
    const taskId = await newTask(client, userId)
    const tagId = await newTag(client, userId)
    await client.taskTag.create({ data: { userId, taskId, tagId } })
    await client.taskTag.delete({ where: { userId_taskId_tagId: { userId, taskId, tagId } } })
    expect((await task(taskId)).version).toBe(4)
  })

  test('a link moved from one task to another stamps both', async ({ client, userId, task }) => {
    const [from, to] = [await newTask(client, userId), await newTask(client, userId)]
    const tagId = await newTag(client, userId)
    await client.taskTag.create({ data: { userId, taskId: from, tagId } })
    await client.taskTag.updateMany({ where: { userId, taskId: from }, data: { taskId: to } })
    expect([(await task(from)).version, (await task(to)).version]).toEqual([5, 6])
  })

  test('linking what is linked already stamps nothing', async ({ client, userId, changeSeq }) => {
    const taskId = await newTask(client, userId)
    const tagId = await newTag(client, userId)
    await client.taskTag.create({ data: { userId, taskId, tagId } })
    await client.taskTag.createMany({ data: [{ userId, taskId, tagId }], skipDuplicates: true })
    expect(await changeSeq()).toBe(3)
  })

  test('renaming or deleting a tag stamps the tag alone and keeps its links', async ({ client, userId, task, tag }) => {
    const taskId = await newTask(client, userId)
    const tagId = await newTag(client, userId)
    await client.taskTag.create({ data: { userId, taskId, tagId } })
    const where = { userId_id: { userId, id: tagId } }
    await client.tag.update({ where, data: { name: 'renamed', nameKey: 'renamed' } })
    await client.tag.update({ where, data: { nameKey: null, deletedAt: new Date() } })
    expect((await task(taskId)).version).toBe(3)
    expect((await tag(tagId)).version).toBe(5)
    expect(await client.taskTag.count({ where: { userId } })).toBe(1)
  })

  test('the links that go with a purged tag or task stamp nothing', async ({ client, userId, changeSeq }) => {
    const taskIds = [await newTask(client, userId), await newTask(client, userId)]
    const tagId = await newTag(client, userId)
    await client.taskTag.createMany({ data: taskIds.map((taskId) => ({ userId, taskId, tagId })) })
    const before = await changeSeq()
    await client.task.delete({ where: { userId_id: { userId, id: taskIds[0] ?? '' } } })
    await client.tag.delete({ where: { userId_id: { userId, id: tagId } } })
    expect(await changeSeq()).toBe(before)
    expect(await client.taskTag.count({ where: { userId } })).toBe(0)
  })
})

describe('completedAt', () => {
  test('is set when a task is completed, kept while it is, and cleared when it is reopened', async ({
    client,
    userId,
    task,
    updateTask,
  }) => {
    const id = await newTask(client, userId)
    expect((await task(id)).completedAt).toBeNull()
    const { completedAt } = await updateTask(id, { completed: true })
    expect(completedAt).toBeInstanceOf(Date)
    expect((await updateTask(id, { title: 'still done' })).completedAt).toEqual(completedAt)
    expect((await updateTask(id, { completed: false })).completedAt).toBeNull()
  })

  test('is set for a task that is created completed, and never for an open one', async ({ client, userId }) => {
    const done = await client.task.create({ data: { userId, title: 'a', completed: true } })
    expect(done.completedAt).toBeInstanceOf(Date)
    const open = await client.task.create({ data: { userId, title: 'a', completedAt: new Date() } })
    expect(open.completedAt).toBeNull()
  })
})

test('deleting a user takes everything of theirs and nothing of others', async ({ client, userId }) => {
  const stranger = await newUser(client)
  const strangersTask = await newTask(client, stranger)
  const taskId = await newTask(client, userId)
  const tagId = await newTag(client, userId)
  await client.taskTag.create({ data: { userId, taskId, tagId } })
  const soon = new Date(Date.now() + 60_000)
  await client.session.create({ data: { userId, idleExpiresAt: soon, expiresAt: soon } })

  await client.user.delete({ where: { id: userId } })
  const left = [client.task, client.tag, client.taskTag, client.session].map((model) =>
    (model as typeof client.task).count({ where: { userId } }),
  )
  expect(await Promise.all(left)).toEqual([0, 0, 0, 0])
  expect(await client.task.count({ where: { id: strangersTask } })).toBe(1)
})
