import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { test } from './testing/fixture.ts'
import { refusalOf, type TestUser, testUser } from './testing/index.ts'

async function newTag(me: TestUser, name: string) {
  const { id, color } = await me.caller.tag.create({ name: `${name} ${randomUUID()}`.slice(0, 50) })
  return { id, color }
}

describe('a new task', () => {
  test('comes back trimmed, with its dates as dates and its tags by name', async ({ me }) => {
    const work = await me.caller.tag.create({ name: 'work', color: '#00FF7F' })
    const home = await me.caller.tag.create({ name: 'Home' })
    const dueAt = new Date('2026-12-24T18:00:00.123Z')
    const input = { title: ' Write ', description: ' To Ada ', dueAt, tagIds: [work.id, home.id, work.id] }
    const task = await me.client.task.create.mutate(input)
    expect(task).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      title: 'Write',
      description: 'To Ada',
      completed: false,
      completedAt: null,
      dueAt,
      tags: [
        { id: home.id, name: 'Home', color: null },
        { id: work.id, name: 'work', color: '#00ff7f' },
      ],
      version: expect.any(Number),
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
      deletedAt: null,
    })
    expect(await me.client.task.get.query({ id: task.id })).toEqual(task)
  })

  test('needs a title and nothing else', async ({ me }) => {
    const task = await me.caller.task.create({ title: 'Call' })
    expect(task).toMatchObject({ title: 'Call', description: null, completed: false, dueAt: null, tags: [] })
  })

  test('can be completed already', async ({ me }) => {
    const task = await me.caller.task.create({ title: 'Done before it was written down', completed: true })
    expect(task).toMatchObject({ completed: true, completedAt: expect.any(Date) })
  })

  test.for(['0001-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'])(
    'keeps the due date %s to the millisecond',
    async (date, { me }) => {
      const { id } = await me.caller.task.create({ title: 'Some day', dueAt: new Date(date) })
      expect((await me.caller.task.get({ id })).dueAt?.toISOString()).toBe(date)
    },
  )

  test('takes 200 characters of any script', async ({ me }) => {
    const title = '𝒳'.repeat(200)
    expect(await me.caller.task.create({ title })).toMatchObject({ title })
  })

  test('with a tag that is gone is not made', async ({ me }) => {
    const tag = await newTag(me, 'gone')
    await me.caller.tag.delete({ id: tag.id })
    const id = randomUUID()
    expect(await refusalOf(me.client.task.create.mutate({ id, title: 'x', tagIds: [tag.id] }))).toMatchObject({
      reason: 'NOT_FOUND',
    })
    expect(await refusalOf(me.client.task.get.query({ id }))).toMatchObject({ reason: 'NOT_FOUND' })
  })
})

describe('creating once more with the same id', () => {
  test('gives back what is there, unchanged', async ({ me }) => {
    const tag = await newTag(me, 'first')
    const first = await me.caller.task.create({ id: randomUUID(), title: 'First', tagIds: [tag.id] })
    expect(await me.caller.task.create({ id: first.id, title: 'Second' })).toEqual(first)
    expect(await me.caller.task.create({ id: first.id.toUpperCase(), title: 'Third' })).toEqual(first)
    expect(await me.caller.task.get({ id: first.id })).toEqual(first)
  })

  test('works after a tag of the first call is gone', async ({ me }) => {
    const tag = await newTag(me, 'short-lived')
    const input = { id: randomUUID(), title: 'Retried', tagIds: [tag.id] }
    const first = await me.caller.task.create(input)
    await me.caller.tag.delete({ id: tag.id })
    expect(await me.caller.task.create(input)).toEqual({ ...first, tags: [] })
  })

  test('gives it back from the trash', async ({ me }) => {
    const task = await me.caller.task.create({ title: 'Binned' })
    await me.caller.task.delete({ id: task.id })
    const again = await me.caller.task.create({ id: task.id, title: 'Back?' })
    expect(again).toMatchObject({ title: 'Binned', deletedAt: expect.any(Date) })
    expect(await refusalOf(me.client.task.get.query({ id: task.id }))).toMatchObject({ reason: 'NOT_FOUND' })
  })

  test('makes a task for each of two users', async ({ me, services }) => {
    const other = await testUser(services)
    const id = randomUUID()
    await me.caller.task.create({ id, title: 'Mine' })
    expect(await other.caller.task.create({ id, title: 'Theirs' })).toMatchObject({ id, title: 'Theirs' })
    expect(await me.caller.task.get({ id })).toMatchObject({ title: 'Mine' })
    await other.caller.task.delete({ id })
    expect(await me.caller.task.get({ id })).toMatchObject({ deletedAt: null })
  })
})

describe('an update', () => {
  test('changes what it names and leaves the rest', async ({ me }) => {
    const tag = await newTag(me, 'kept')
    const dueAt = new Date('2027-01-01T00:00:00.000Z')
    const task = await me.caller.task.create({ title: 'Old', description: 'Text', dueAt, tagIds: [tag.id] })
    const updated = await me.caller.task.update({ id: task.id, title: 'New' })
    expect(updated).toEqual({ ...task, title: 'New', version: updated.version, updatedAt: updated.updatedAt })
    expect(updated.version).toBeGreaterThan(task.version)
    expect(updated.updatedAt.getTime()).toBeGreaterThanOrEqual(task.updatedAt.getTime())
    expect(await me.caller.task.get({ id: task.id })).toEqual(updated)
  })

  test('clears with null', async ({ me }) => {
    const task = await me.caller.task.create({ title: 'x', description: 'Text', dueAt: new Date() })
    expect(await me.caller.task.update({ id: task.id, description: null, dueAt: null })).toMatchObject({
      title: 'x',
      description: null,
      dueAt: null,
    })
  })

  test('replaces the tags, and with an empty list removes them', async ({ me }) => {
    const [first, second, third] = [await newTag(me, 'a'), await newTag(me, 'b'), await newTag(me, 'c')]
    const task = await me.caller.task.create({ title: 'x', tagIds: [first.id, second.id] })
    const replaced = await me.caller.task.update({ id: task.id, tagIds: [third.id, second.id] })
    expect(replaced.tags.map(({ id }) => id)).toEqual([second.id, third.id])
    expect(replaced.version).toBeGreaterThan(task.version)
    expect(await me.caller.task.update({ id: task.id, tagIds: [] })).toMatchObject({ tags: [] })
  })

  test('with a tag that is not there changes nothing', async ({ me }) => {
    const tag = await newTag(me, 'there')
    const task = await me.caller.task.create({ title: 'Old', tagIds: [tag.id] })
    const update = me.client.task.update.mutate({ id: task.id, title: 'New', tagIds: [tag.id, randomUUID()] })
    expect(await refusalOf(update)).toMatchObject({ reason: 'NOT_FOUND' })
    expect(await me.caller.task.get({ id: task.id })).toEqual(task)
  })

  test('based on the current version is made, on any other refused with the task as it is', async ({ me }) => {
    const tag = await newTag(me, 'x')
    const task = await me.caller.task.create({ title: 'One' })
    const current = await me.caller.task.update({ id: task.id, version: task.version, title: 'Two', tagIds: [tag.id] })
    for (const stale of [task.version, current.version + 1]) {
      for (const change of [{ title: 'Three' }, { tagIds: [] }]) {
        const update = me.client.task.update.mutate({ id: task.id, version: stale, ...change })
        expect(await refusalOf(update)).toMatchObject({ reason: 'VERSION_CONFLICT', httpStatus: 409, current })
      }
    }
    expect(await me.caller.task.get({ id: task.id })).toEqual(current)
  })

  test('of a task in the trash or of none is NOT_FOUND, whatever the version', async ({ me }) => {
    const { id, version } = await me.caller.task.create({ title: 'x' })
    await me.caller.task.delete({ id })
    for (const target of [{ id }, { id, version }, { id: randomUUID() }, { id: randomUUID(), version }]) {
      for (const change of [{ title: 'y' }, { tagIds: [] }]) {
        const update = me.client.task.update.mutate({ ...target, ...change })
        expect(await refusalOf(update)).toMatchObject({ reason: 'NOT_FOUND' })
      }
    }
  })
})

test('a task with control characters from before they were refused can be read, found and completed', async ({
  me,
  services,
}) => {
  const { id } = await me.caller.task.create({ title: 'x' })
  const [title, description] = ['a\tb', 'one\r\nzwölf\u0001']
  await services.db.task.updateMany({ where: { id }, data: { title, description } })
  expect(await me.client.task.get.query({ id })).toMatchObject({ title, description })
  expect((await me.client.task.list.query({ search: 'zwölf' })).items).toMatchObject([{ id, title, description }])
  expect(await me.client.task.setCompleted.mutate({ id, completed: true })).toMatchObject({ title, description })
  expect((await me.client.change.list.query({ since: 0 })).changes).toContainEqual(
    expect.objectContaining({ id, task: expect.objectContaining({ title, description }) }),
  )
})

describe('completing', () => {
  test('notes when, keeps that on a repeat, and forgets it when the task is to do again', async ({ me }) => {
    const { id } = await me.caller.task.create({ title: 'x' })
    const done = await me.caller.task.setCompleted({ id, completed: true })
    expect(done).toMatchObject({ completed: true, completedAt: expect.any(Date) })
    const repeated = await me.caller.task.setCompleted({ id, completed: true })
    expect(repeated.completedAt).toEqual(done.completedAt)
    expect(await me.caller.task.update({ id, title: 'y' })).toMatchObject({ completedAt: done.completedAt })
    expect(await me.caller.task.setCompleted({ id, completed: false })).toMatchObject({
      completed: false,
      completedAt: null,
    })
  })

  test('can be part of an update', async ({ me }) => {
    const { id } = await me.caller.task.create({ title: 'x' })
    expect(await me.caller.task.update({ id, completed: true })).toMatchObject({ completedAt: expect.any(Date) })
  })

  test('by a stale version is refused with the task as it is', async ({ me }) => {
    const { id, version } = await me.caller.task.create({ title: 'x' })
    const current = await me.caller.task.setCompleted({ id, version, completed: true })
    const again = me.client.task.setCompleted.mutate({ id, version, completed: false })
    expect(await refusalOf(again)).toMatchObject({ reason: 'VERSION_CONFLICT', current })
  })
})

describe('a deleted task', () => {
  test('is in the trash with its tags, and nowhere else', async ({ me }) => {
    const tag = await newTag(me, 'kept in the trash')
    const { id } = await me.caller.task.create({ title: 'x', tagIds: [tag.id] })
    await me.caller.task.delete({ id })
    expect(await refusalOf(me.client.task.get.query({ id }))).toMatchObject({ reason: 'NOT_FOUND', httpStatus: 404 })
    expect((await me.caller.task.list({ tagIds: [tag.id] })).items).toEqual([])
    const { items } = await me.caller.task.list({ tagIds: [tag.id], deleted: true })
    expect(items).toMatchObject([{ id, tags: [{ id: tag.id }], deletedAt: expect.any(Date) }])
  })

  test('has the version under which the feed tells of it', async ({ me }) => {
    const { id, version: since } = await me.caller.task.create({ title: 'x' })
    const { version } = await me.client.task.delete.mutate({ id })
    const told = await me.caller.change.list({ since })
    expect(told).toMatchObject({ version, changes: [{ id, version, deleted: true }] })
  })

  test('cannot be deleted again, nor completed', async ({ me }) => {
    const { id, version } = await me.caller.task.create({ title: 'x' })
    await me.caller.task.delete({ id, version })
    expect(await refusalOf(me.client.task.delete.mutate({ id }))).toMatchObject({ reason: 'NOT_FOUND' })
    expect(await refusalOf(me.client.task.setCompleted.mutate({ id, completed: true }))).toMatchObject({
      reason: 'NOT_FOUND',
    })
  })

  test('is not what a stale version deletes', async ({ me }) => {
    const { id, version } = await me.caller.task.create({ title: 'x' })
    const current = await me.caller.task.update({ id, title: 'y' })
    expect(await refusalOf(me.client.task.delete.mutate({ id, version }))).toMatchObject({
      reason: 'VERSION_CONFLICT',
      current,
    })
    expect(await me.caller.task.get({ id })).toEqual(current)
  })
})
