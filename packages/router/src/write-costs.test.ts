import { recordedDatabase } from '@taskwire/prisma/testing'
import { expect } from 'vitest'
import { test as base } from './testing/fixture.ts'
import type { TestCaller } from './testing/index.ts'

const test = base
  .extend('database', { scope: 'file' }, () => recordedDatabase())
  .extend('db', { scope: 'file' }, ({ database }, { onCleanup }) => {
    onCleanup(() => database.close())
    return database.client
  })
  .extend('ids', async ({ me: { caller } }) => {
    const { id: tag } = await caller.tag.create({ name: 'Home' })
    const { id: task } = await caller.task.create({ title: 'Write', tagIds: [tag] })
    const { id: trashed } = await caller.task.create({ title: 'Trashed' })
    await caller.task.delete({ id: trashed })
    return { tag, task, trashed }
  })

interface Ids {
  tag: string
  task: string
  trashed: string
}

test.for<[name: string, call: (caller: TestCaller, ids: Ids) => Promise<unknown>]>([
  ['task.create', ({ task }) => task.create({ title: 'Write' })],
  ['task.create with tags', ({ task }, ids) => task.create({ title: 'Write', tagIds: [ids.tag] })],
  ['task.update', ({ task }, ids) => task.update({ id: ids.task, title: 'Write more' })],
  ['task.setCompleted', ({ task }, ids) => task.setCompleted({ id: ids.task, completed: true })],
  ['task.restore', ({ task }, ids) => task.restore({ id: ids.trashed })],
  ['task.delete', ({ task }, ids) => task.delete({ id: ids.task })],
  ['tag.create', ({ tag }) => tag.create({ name: 'Work' })],
  ['tag.update', ({ tag }, ids) => tag.update({ id: ids.tag, name: 'House' })],
  ['tag.delete', ({ tag }, ids) => tag.delete({ id: ids.tag })],
  ['change.list', ({ change }) => change.list({ since: 0 })],
])('%s is one round trip', async ([_name, call], { database, ids, me }) => {
  // From here on it is known who calls.
  await me.caller.auth.me()
  database.statements.length = 0
  await call(me.caller, ids)
  expect(database.statements).toHaveLength(1)
})
