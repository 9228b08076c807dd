import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import type { PrismaClient } from './generated/client.ts'
import { test as base } from './testing/fixture.ts'
import { freshDatabase } from './testing/index.ts'
import { newTag, newTask, newUser } from './testing/rows.ts'

const test = base.extend('countsOf', ({ client, userId }) => async (id = userId) => {
  const { liveTasks, deletedTasks, liveTags, deletedTags } = await client.user.findUniqueOrThrow({ where: { id } })
  return { tasks: [liveTasks, deletedTasks], tags: [liveTags, deletedTags] }
})

const now = () => new Date()

describe('a user’s rows are counted', () => {
  test('as they come, are deleted, restored and removed, by whoever writes them', async ({
    client,
    userId,
    countsOf,
  }) => {
    const id = await newTask(client, userId)
    await newTag(client, userId)
    await client.$executeRaw`
      INSERT INTO tasks (user_id, id, title, deleted_at)
      SELECT ${userId}::uuid, gen_random_uuid(), 'by psql', CASE WHEN n > 3 THEN now() END FROM generate_series(1, 5) n`
    expect(await countsOf()).toEqual({ tasks: [4, 2], tags: [1, 0] })

    await client.task.updateMany({ where: { userId, id }, data: { deletedAt: now() } })
    await client.tag.updateMany({ where: { userId }, data: { nameKey: null, deletedAt: now() } })
    expect(await countsOf()).toEqual({ tasks: [3, 3], tags: [0, 1] })

    await client.$executeRaw`UPDATE tasks SET deleted_at = NULL WHERE user_id = ${userId}::uuid`
    expect(await countsOf()).toEqual({ tasks: [6, 0], tags: [0, 1] })

    await client.task.deleteMany({ where: { userId, title: 'by psql' } })
    await client.tag.deleteMany({ where: { userId } })
    expect(await countsOf()).toEqual({ tasks: [1, 0], tags: [0, 0] })
  })

  test('each for its own user, of whom a statement may have several', async ({ client, userId, countsOf }) => {
    const stranger = await newUser(client)
    const owners = [userId, stranger, userId]
    await client.task.createMany({ data: owners.map((owner) => ({ userId: owner, title: 'a' })) })
    expect([await countsOf(), await countsOf(stranger)]).toMatchObject([{ tasks: [2, 0] }, { tasks: [1, 0] }])
    await client.task.deleteMany({ where: { userId: { in: owners } } })
    expect([await countsOf(), await countsOf(stranger)]).toMatchObject([{ tasks: [0, 0] }, { tasks: [0, 0] }])
  })

  test('not if nothing is written: because it is there, is refused or rolled back', async ({
    client,
    userId,
    countsOf,
  }) => {
    const id = await newTask(client, userId)
    await client.task.createMany({ data: [{ userId, id, title: 'a' }], skipDuplicates: true })
    await expect(client.task.create({ data: { userId, title: '' } })).rejects.toThrow()
    await expect(
      client.$transaction(async (transaction) => {
        await newTask(transaction as PrismaClient, userId)
        throw new Error('not today')
      }),
    ).rejects.toThrow('not today')
    expect(await countsOf()).toMatchObject({ tasks: [1, 0] })
  })

  test('in the row that ON CONFLICT updates as in any other', async ({ client, userId, countsOf }) => {
    const id = await newTask(client, userId)
    await client.$executeRaw`
      INSERT INTO tasks (user_id, id, title) VALUES (${userId}::uuid, ${id}::uuid, 'a'), (${userId}::uuid, ${randomUUID()}::uuid, 'b')
      ON CONFLICT (user_id, id) DO UPDATE SET deleted_at = now()`
    expect(await countsOf()).toMatchObject({ tasks: [1, 1] })
  })

  test('also when they are given to somebody else, and when their user gets another id', async ({
    client,
    userId,
    countsOf,
  }) => {
    const stranger = await newUser(client)
    await newTask(client, userId)
    await newTag(client, userId)
    await client.$executeRaw`UPDATE tasks SET user_id = ${stranger}::uuid, deleted_at = now() WHERE user_id = ${userId}::uuid`
    expect([await countsOf(), await countsOf(stranger)]).toEqual([
      { tasks: [0, 0], tags: [1, 0] },
      { tasks: [0, 1], tags: [0, 0] },
    ])
    const id = randomUUID()
    await client.user.update({ where: { id: userId }, data: { id } })
    expect(await countsOf(id)).toEqual({ tasks: [0, 0], tags: [1, 0] })
  })

  test('without a change that anybody could see', async ({ client, userId, changeSeq }) => {
    await newTask(client, userId)
    const before = await client.user.findUniqueOrThrow({ where: { id: userId } })
    await client.task.deleteMany({ where: { userId } })
    expect(await changeSeq()).toBe(1)
    expect((await client.user.findUniqueOrThrow({ where: { id: userId } })).updatedAt).toEqual(before.updatedAt)
  })

  test('also from a session without a search path', async ({ client, userId, countsOf }) => {
    const [kept, removed] = [await newTask(client, userId), await newTask(client, userId)]
    await client.$transaction([
      client.$executeRaw`SET LOCAL search_path = ''`,
      client.$executeRaw`UPDATE public.tasks SET deleted_at = now() WHERE id = ${kept}::uuid`,
      client.$executeRaw`DELETE FROM public.tasks WHERE id = ${removed}::uuid`,
      client.$executeRaw`
        INSERT INTO public.tasks (user_id, id, title) SELECT ${userId}::uuid, gen_random_uuid(), 'a' FROM generate_series(1, 3)`,
    ])
    expect(await countsOf()).toMatchObject({ tasks: [3, 1] })
  })

  test('and are gone with their user', async ({ client, userId }) => {
    await newTask(client, userId)
    await newTag(client, userId)
    await client.user.delete({ where: { id: userId } })
    expect(await client.task.count({ where: { userId } })).toBe(0)
  })
})

test('a truncated table holds nothing of anybody', async ({ client, userId, countsOf }) => {
  await newTask(client, userId)
  await newTag(client, userId)
  await client.$executeRaw`TRUNCATE tasks CASCADE`
  expect(await countsOf()).toEqual({ tasks: [0, 0], tags: [1, 0] })
})

test('rows that were written past the triggers are counted by recount_user', async ({ client, userId, countsOf }) => {
  await client.$transaction(async (transaction) => {
    await transaction.$executeRaw`SET LOCAL session_replication_role = replica`
    await newTask(transaction as PrismaClient, userId)
    await newTag(transaction as PrismaClient, userId)
  })
  expect(await countsOf()).toEqual({ tasks: [0, 0], tags: [0, 0] })
  await client.$queryRaw`SELECT recount_user(${userId}::uuid)::text`
  expect(await countsOf()).toEqual({ tasks: [1, 0], tags: [1, 0] })
})

test('the migration counts the rows that are there', async () => {
  await using database = await freshDatabase()
  const { migrations } = database
  const { applied } = await migrations.status()
  const since = applied.findIndex(({ name }) => name.endsWith('_row_counts'))
  await migrations.down({ count: applied.length - since })
  const [user] = await database.client.$queryRaw<{ id: string }[]>`
    INSERT INTO users (id, email) VALUES (gen_random_uuid(), 'ada@example.com') RETURNING id`
  await database.client.$executeRaw`
    INSERT INTO tasks (user_id, id, title, deleted_at) SELECT ${user?.id}::uuid, gen_random_uuid(), 'a', d
    FROM unnest(ARRAY[NULL, NULL, now()]) d`
  await migrations.up()
  expect(await database.client.user.findUniqueOrThrow({ where: { id: user?.id ?? '' } })).toMatchObject({
    liveTasks: 2,
    deletedTasks: 1,
    liveTags: 0,
    deletedTags: 0,
  })
})
