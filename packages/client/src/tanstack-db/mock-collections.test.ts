import { createCollection } from '@tanstack/db'
import { expect, test } from 'vitest'
import { aTag, aTask, createMockClient, type MockHandlers, taskwireError } from '../testing/index.ts'
import { newTask, tagCollectionOptions, taskCollectionOptions } from './index.ts'

const user = { id: '1', email: 'ada@example.com', createdAt: new Date(0), updatedAt: new Date(0) }

async function mockCollections(handlers: MockHandlers = {}) {
  const client = createMockClient(handlers, { user })
  const tasks = createCollection(taskCollectionOptions({ client }))
  const tags = createCollection(tagCollectionOptions({ client }))
  await Promise.all([tasks.preload(), tags.preload()])
  return { client, tasks, tags }
}

test('collections of a mock client show what it emits, and are emptied by a reset and by signing out', async () => {
  const { client, tasks, tags } = await mockCollections()
  const home = aTag({ name: 'Home' })
  const task = aTask({ title: 'Paint', tags: [home] })
  client.$emit({ type: 'tag', tag: home })
  client.$emit({ type: 'task', task })
  expect(tasks.toArray).toMatchObject([{ title: 'Paint', tags: [{ name: 'Home' }] }])
  client.$emit({ type: 'tag', tag: { ...home, name: 'House' } })
  expect(tags.toArray).toMatchObject([{ name: 'House' }])
  expect(tasks.get(task.id)?.tags).toMatchObject([{ name: 'House' }])
  client.$emit({ type: 'task', id: task.id })
  expect(tasks.size).toBe(0)

  client.$emit({ type: 'reset' })
  await expect.poll(() => tags.size).toBe(0)
  client.$emit({ type: 'task', task: aTask() })
  await expect.poll(() => tasks.size).toBe(1)
  client.$setSession({ status: 'signedOut', user: null, reason: 'expired' })
  expect(tasks.size).toBe(0)
})

test('collections of a mock client write by its handlers, and roll back what those refuse', async () => {
  const { client, tasks } = await mockCollections({
    'task.create': ({ id, title }) => {
      const task = aTask({ id, title, version: 1 })
      client.$emit({ type: 'task', task })
      return task
    },
    'task.update': () => Promise.reject(taskwireError('FORBIDDEN')),
  })
  const task = newTask({ title: 'Write' })
  await tasks.insert(task).isPersisted.promise
  expect(tasks.get(task.id)).toMatchObject({ title: 'Write', version: 1 })
  const refused = tasks.update(task.id, (draft) => {
    draft.title = 'Refused'
  })
  expect(tasks.get(task.id)?.title).toBe('Refused')
  await expect(refused.isPersisted.promise).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  expect(tasks.get(task.id)?.title).toBe('Write')
})

test('tasks keep the name of a tag that an answer has told, while the feed is behind it', async () => {
  const home = aTag({ name: 'Home', version: 1 })
  const { client, tasks, tags } = await mockCollections({
    'tag.update': ({ name }) => ({ ...home, name: name ?? '', version: 7 }),
  })
  const task = aTask({ tags: [home], version: 2 })
  client.$emit({ type: 'tag', tag: home })
  client.$emit({ type: 'task', task })
  client.$changes.status = 'polling'
  await tags.update(home.id, (tag) => {
    tag.name = 'House'
  }).isPersisted.promise
  const names: unknown[] = []
  tasks.subscribeChanges(() => names.push(tasks.get(task.id)?.tags[0]?.name))
  client.$emit({ type: 'tag', tag: { ...home, name: 'Hall' }, version: 5 })
  client.$emit({ type: 'task', task: { ...task, title: 'Renamed', version: 6 }, version: 6 })
  expect(tasks.get(task.id)).toMatchObject({ title: 'Renamed', tags: [{ name: 'House' }] })
  client.$emit({ type: 'tag', tag: { ...home, name: 'House', version: 7 }, version: 7 })
  client.$emit({ type: 'tag', tag: { ...home, name: 'Hut', version: 8 }, version: 8 })
  expect(names).toEqual(['House', 'Hut'])
})
