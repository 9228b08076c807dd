import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { testWith } from './testing/fixture.ts'
import { internalCaller, refusalOf, testUser } from './testing/index.ts'
import { countsOf, newTasks } from './testing/rows.ts'

const test = testWith({ quotas: { maxTasks: 3, maxTags: 2 } })

const noMoreTasks = { reason: 'QUOTA_REACHED', httpStatus: 409, code: 'CONFLICT', limit: 3 }

describe('a user who has as many tasks as they may', () => {
  test('is told the limit, and can make another once one is deleted', async ({ me }) => {
    const [first = ''] = await newTasks(me, 3)
    const { version } = await me.caller.change.list()
    expect(await refusalOf(me.client.task.create.mutate({ title: 'x' }))).toMatchObject(noMoreTasks)
    expect((await me.caller.change.list()).version).toBe(version)
    await me.caller.task.delete({ id: first })
    await newTasks(me, 1)
    expect(await refusalOf(me.client.task.create.mutate({ title: 'x' }))).toMatchObject(noMoreTasks)
    expect(await countsOf(me)).toMatchObject({ liveTasks: 3, deletedTasks: 1 })
  })

  test('gets back what is there by its id: a retry is safe', async ({ me }) => {
    const [deleted = ''] = await newTasks(me, 1)
    await me.caller.task.delete({ id: deleted })
    const id = randomUUID()
    const task = await me.caller.task.create({ id, title: 'x' })
    await newTasks(me, 2)
    expect(await me.client.task.create.mutate({ id, title: 'y' })).toEqual(task)
    expect(await me.client.task.create.mutate({ id: deleted, title: 'y' })).toMatchObject({
      deletedAt: expect.any(Date),
    })
    expect(await countsOf(me)).toMatchObject({ liveTasks: 3, deletedTasks: 1 })
  })

  test('is told of a tag that is missing all the same', async ({ me }) => {
    await newTasks(me, 3)
    const { id } = await me.caller.tag.create({ name: 'a' })
    const create = (tagIds: string[]) => me.client.task.create.mutate({ title: 'x', tagIds })
    expect(await refusalOf(create([id, randomUUID()]))).toMatchObject({ reason: 'NOT_FOUND' })
    expect(await refusalOf(create([id]))).toMatchObject(noMoreTasks)
  })

  test('can change and complete those that are there', async ({ me }) => {
    const ids = await newTasks(me, 3)
    await me.caller.task.update({ id: ids[0] ?? '', title: 'y' })
    expect(await me.caller.task.updateMany({ ids, completed: true })).toMatchObject({ count: 3 })
  })

  test('leaves room to others', async ({ me, services }) => {
    await newTasks(me, 3)
    await (await testUser(services)).caller.task.create({ title: 'x' })
  })
})

test('tasks that psql has made count like any others', async ({ me, services }) => {
  await services.db.$executeRaw`
    INSERT INTO tasks (user_id, id, title)
    SELECT ${me.user.id}::uuid, gen_random_uuid(), 'by psql' FROM generate_series(1, 5)`
  expect(await refusalOf(me.client.task.create.mutate({ title: 'x' }))).toMatchObject(noMoreTasks)
  await services.db.task.deleteMany({ where: { userId: me.user.id } })
  await newTasks(me, 3)
})

test('a user has so many tags and no more, and a deleted one makes room', async ({ me }) => {
  const noMoreTags = { reason: 'QUOTA_REACHED', httpStatus: 409, limit: 2 }
  const first = await me.caller.tag.create({ name: 'a' })
  await me.caller.tag.create({ name: 'b' })
  expect(await refusalOf(me.client.tag.create.mutate({ name: 'c' }))).toMatchObject(noMoreTags)
  expect(await refusalOf(me.client.tag.create.mutate({ name: 'B' }))).toMatchObject({ reason: 'TAG_NAME_TAKEN' })
  expect(await me.client.tag.create.mutate({ id: first.id, name: 'c' })).toEqual(first)
  await me.caller.tag.delete({ id: first.id })
  await me.caller.tag.create({ name: 'c' })
  expect(await refusalOf(me.client.tag.create.mutate({ name: 'd' }))).toMatchObject(noMoreTags)
  expect(await countsOf(me)).toMatchObject({ liveTags: 2, deletedTags: 1 })
})

test('a user has 50 API tokens that work, and no more', async ({ me, services }) => {
  const { apiToken } = internalCaller(services, me.user.id)
  const created = []
  for (let count = 0; count < 50; count += 1) created.push(await apiToken.create({ name: 'Tool' }))
  const fiftyFirst = () => apiToken.create({ name: 'Tool' })
  await expect(fiftyFirst()).rejects.toMatchObject({ cause: { reason: 'QUOTA_REACHED', details: { limit: 50 } } })
  expect(await apiToken.list()).toHaveLength(50)

  await apiToken.revoke({ id: created[0]?.apiToken.id ?? '' })
  await fiftyFirst()
  await expect(fiftyFirst()).rejects.toMatchObject({ cause: { reason: 'QUOTA_REACHED' } })
  await services.db.$executeRaw`
    UPDATE api_tokens SET expires_at = clock_timestamp() WHERE id = ${created[1]?.apiToken.id}::uuid`
  await fiftyFirst()
})
