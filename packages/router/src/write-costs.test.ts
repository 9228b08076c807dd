import { recordedDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestCaller, testServices, testUser } from './testing/index.ts'

let database: Awaited<ReturnType<typeof recordedDatabase>>
let services: ReturnType<typeof testServices>
let caller: TestCaller
const ids = { task: '', trashed: '', tag: '' }
beforeAll(async () => {
  database = await recordedDatabase()
  services = testServices(database.client)
  caller = (await testUser(services)).caller
  ids.tag = (await caller.tag.create({ name: 'Home' })).id
  ids.task = (await caller.task.create({ title: 'Write', tagIds: [ids.tag] })).id
  ids.trashed = (await caller.task.create({ title: 'Trashed' })).id
  await caller.task.delete({ id: ids.trashed })
})
afterAll(async () => {
  await services.close()
  await database.close()
})

/** What a call asks the database, once it is known who calls. */
async function statementsOf(call: () => Promise<unknown>): Promise<string[]> {
  await caller.auth.me()
  database.statements.length = 0
  await call()
  return [...database.statements]
}

test.each<[name: string, call: () => Promise<unknown>]>([
  ['task.create', () => caller.task.create({ title: 'Write' })],
  ['task.create with tags', () => caller.task.create({ title: 'Write', tagIds: [ids.tag] })],
  ['task.update', () => caller.task.update({ id: ids.task, title: 'Write more' })],
  ['task.setCompleted', () => caller.task.setCompleted({ id: ids.task, completed: true })],
  ['task.restore', () => caller.task.restore({ id: ids.trashed })],
  ['task.delete', () => caller.task.delete({ id: ids.trashed })],
  ['tag.create', () => caller.tag.create({ name: 'Work' })],
  ['tag.update', () => caller.tag.update({ id: ids.tag, name: 'House' })],
  ['tag.delete', () => caller.tag.delete({ id: ids.tag })],
  ['change.list', () => caller.change.list({ since: 0 })],
])('%s is one round trip', async (_name, call) => {
  expect(await statementsOf(call)).toHaveLength(1)
})
