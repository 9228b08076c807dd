import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { test } from './testing/fixture.ts'
import { refusalOf, testUser } from './testing/index.ts'

describe('a new tag', () => {
  test('comes back trimmed, its color in lower case', async ({ me }) => {
    const tag = await me.client.tag.create.mutate({ name: ' Errands ', color: '#1E90FF' })
    expect(tag).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Errands',
      color: '#1e90ff',
      version: 1,
      createdAt: expect.any(Date),
      updatedAt: tag.createdAt,
      deletedAt: null,
    })
    expect(await me.client.tag.list.query()).toEqual([{ ...tag, taskCount: 0 }])
  })

  test('has no color unless it is given one', async ({ me }) => {
    expect(await me.caller.tag.create({ name: 'a' })).toMatchObject({ color: null })
    expect(await me.caller.tag.create({ name: 'b', color: null })).toMatchObject({ color: null })
  })

  test.for([
    ['Café', 'CAFÉ'],
    ['Café', 'Cafe\u0301'],
    ['office', 'ｏﬃce'],
    ['to do', 'To\u00a0 Do'],
  ] as const)('cannot be called %s when there is %s', async ([name, taken], { me, services }) => {
    await me.caller.tag.create({ name: taken })
    expect(await refusalOf(me.client.tag.create.mutate({ name }))).toMatchObject({
      reason: 'TAG_NAME_TAKEN',
      httpStatus: 409,
    })
    await (await testUser(services)).caller.tag.create({ name })
  })

  test('that is not made, because it is there or its name is, counts as no change', async ({ me }) => {
    const tag = await me.caller.tag.create({ id: randomUUID(), name: 'Home' })
    await me.caller.tag.create({ id: tag.id, name: 'Home' })
    await refusalOf(me.client.tag.create.mutate({ name: 'HOME' }))
    expect((await me.caller.change.list()).version).toBe(tag.version)
  })

  test('of the same id as before is the one from before, and says when that was deleted', async ({ me }) => {
    const tag = await me.caller.tag.create({ id: randomUUID(), name: 'First', color: '#000000' })
    await me.caller.tag.create({ name: 'Second' })
    expect(await me.caller.tag.create({ id: tag.id, name: 'Second' })).toEqual(tag)
    await me.caller.tag.delete({ id: tag.id })
    const again = await me.client.tag.create.mutate({ id: tag.id, name: 'First' })
    expect(again).toMatchObject({ id: tag.id, name: 'First', deletedAt: expect.any(Date) })
    expect(await me.caller.tag.list()).toMatchObject([{ name: 'Second' }])
  })

  test('may have the id of another user’s', async ({ me, services }) => {
    const { id } = await (await testUser(services)).caller.tag.create({ name: 'Theirs' })
    expect(await me.caller.tag.create({ id, name: 'Mine' })).toMatchObject({ id, name: 'Mine' })
  })
})

describe('a tag', () => {
  test('can be renamed, and its tasks show the new name', async ({ me }) => {
    const tag = await me.caller.tag.create({ name: 'Old', color: '#ff0000' })
    const task = await me.caller.task.create({ title: 'x', tagIds: [tag.id] })
    const renamed = await me.caller.tag.update({ id: tag.id, version: tag.version, name: 'New' })
    expect(renamed).toMatchObject({ name: 'New', color: '#ff0000', createdAt: tag.createdAt })
    expect(renamed.version).toBeGreaterThan(task.version)
    expect(await me.caller.task.get({ id: task.id })).toEqual({
      ...task,
      tags: [{ id: tag.id, name: 'New', color: '#ff0000' }],
    })
  })

  test('can change the case of its name', async ({ me }) => {
    const { id } = await me.caller.tag.create({ name: 'home' })
    expect(await me.caller.tag.update({ id, name: 'HOME' })).toMatchObject({ name: 'HOME' })
  })

  test('cannot take the name of another, and leaves its own free', async ({ me }) => {
    const { id } = await me.caller.tag.create({ name: 'One' })
    await me.caller.tag.create({ name: 'Two' })
    expect(await refusalOf(me.client.tag.update.mutate({ id, name: ' two' }))).toMatchObject({
      reason: 'TAG_NAME_TAKEN',
    })
    await me.caller.tag.update({ id, name: 'Three' })
    await me.caller.tag.create({ name: 'one' })
    expect((await me.caller.tag.list()).map(({ name }) => name)).toEqual(['one', 'Three', 'Two'])
  })

  test('loses its color with null, and keeps it otherwise', async ({ me }) => {
    const { id } = await me.caller.tag.create({ name: 'x', color: '#ABCDEF' })
    expect(await me.caller.tag.update({ id, name: 'y' })).toMatchObject({ color: '#abcdef' })
    expect(await me.caller.tag.update({ id, color: '#FEDCBA' })).toMatchObject({ name: 'y', color: '#fedcba' })
    expect(await me.caller.tag.update({ id, color: null })).toMatchObject({ color: null })
  })

  test('is not changed by a stale version; the answer has it as it is', async ({ me }) => {
    const tag = await me.caller.tag.create({ name: 'One' })
    const current = await me.caller.tag.update({ id: tag.id, name: 'Two' })
    const update = me.client.tag.update.mutate({ id: tag.id, version: tag.version, name: 'Three' })
    expect(await refusalOf(update)).toMatchObject({ reason: 'VERSION_CONFLICT', httpStatus: 409, current })
    expect(await me.caller.tag.list()).toMatchObject([current])
  })

  test('counts the live tasks that carry it', async ({ me }) => {
    const tag = await me.caller.tag.create({ name: 'x' })
    const other = await me.caller.tag.create({ name: 'y' })
    const taskCount = async () => (await me.caller.tag.list()).map((each) => each.taskCount)
    const first = await me.caller.task.create({ title: 'a', tagIds: [tag.id, other.id] })
    const second = await me.caller.task.create({ title: 'b', tagIds: [tag.id], completed: true })
    expect(await taskCount()).toEqual([2, 1])
    await me.caller.task.delete({ id: second.id })
    expect(await taskCount()).toEqual([1, 1])
    await me.caller.task.update({ id: first.id, tagIds: [other.id] })
    expect(await taskCount()).toEqual([0, 1])
  })
})

describe('a deleted tag', () => {
  test('is not what a stale version deletes; the answer has the tag as it is', async ({ me }) => {
    const { id, version } = await me.caller.tag.create({ name: 'One' })
    const current = await me.caller.tag.update({ id, name: 'Two' })
    for (const stale of [version, current.version + 1]) {
      const deletion = me.client.tag.delete.mutate({ id, version: stale })
      expect(await refusalOf(deletion)).toMatchObject({ reason: 'VERSION_CONFLICT', httpStatus: 409, current })
    }
    expect(await me.caller.tag.list()).toMatchObject([current])
    await me.client.tag.delete.mutate({ id, version: current.version })
    expect(await me.caller.tag.list()).toEqual([])
  })

  test('is gone from the list and from its tasks, which stay as they are', async ({ me }) => {
    const tag = await me.caller.tag.create({ name: 'x' })
    const kept = await me.caller.tag.create({ name: 'y' })
    const task = await me.caller.task.create({ title: 'a', tagIds: [tag.id, kept.id] })
    await me.caller.tag.delete({ id: tag.id })
    expect(await me.caller.tag.list()).toMatchObject([{ id: kept.id, taskCount: 1 }])
    expect(await me.caller.task.get({ id: task.id })).toEqual({
      ...task,
      tags: [{ id: kept.id, name: 'y', color: null }],
    })
    expect(await me.caller.task.list({ tagIds: [tag.id] })).toMatchObject({ items: [] })
  })

  test('has the version under which the feed tells of it', async ({ me }) => {
    const { id, version: since } = await me.caller.tag.create({ name: 'x' })
    const { version } = await me.client.tag.delete.mutate({ id })
    const told = await me.caller.change.list({ since })
    expect(told).toMatchObject({ version, changes: [{ id, version, deleted: true }] })
  })

  test('leaves its name to another, which takes none of its tasks', async ({ me }) => {
    const tag = await me.caller.tag.create({ name: 'Home' })
    await me.caller.task.create({ title: 'a', tagIds: [tag.id] })
    await me.caller.tag.delete({ id: tag.id })
    await me.caller.tag.create({ name: 'home' })
    expect(await me.caller.tag.list()).toMatchObject([{ name: 'home', taskCount: 0 }])
  })

  test('cannot be deleted again, changed, or put on a task', async ({ me }) => {
    const { id, version } = await me.caller.tag.create({ name: 'x' })
    const task = await me.caller.task.create({ title: 'a' })
    await me.caller.tag.delete({ id })
    const calls = [
      me.client.tag.delete.mutate({ id }),
      me.client.tag.delete.mutate({ id, version }),
      me.client.tag.update.mutate({ id, name: 'y' }),
      me.client.tag.update.mutate({ id, version, name: 'y' }),
      me.client.task.update.mutate({ id: task.id, tagIds: [id] }),
      me.client.task.create.mutate({ title: 'b', tagIds: [id] }),
    ]
    for (const refusal of await Promise.all(calls.map(refusalOf))) {
      expect(refusal).toMatchObject({ reason: 'NOT_FOUND', httpStatus: 404 })
    }
  })
})
