import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inProcessClient, testServices, testUser } from './testing/index.ts'

let services: ReturnType<typeof testServices>
beforeAll(async () => {
  services = testServices((await testDatabase()).client)
})
afterAll(() => services.close())

test('a created task comes back with its dates and tags', async () => {
  const { caller } = await testUser(services)
  const tag = await caller.tag.create({ name: 'Home', color: '#FF0000' })
  const dueAt = new Date('2026-12-24T18:00:00.123Z')
  const task = await caller.task.create({ title: ' Write ', dueAt, tagIds: [tag.id] })
  expect(task).toMatchObject({
    title: 'Write',
    dueAt,
    tags: [{ id: tag.id, name: 'Home', color: '#ff0000' }],
    completed: false,
  })
  expect(await caller.task.get({ id: task.id })).toEqual(task)
  expect(await caller.task.list()).toEqual({ items: [task], nextCursor: null, total: null })
  const done = await caller.task.update({ id: task.id, version: task.version, completed: true, tagIds: [] })
  expect(done).toMatchObject({ completed: true, tags: [] })
  expect(done.version).toBeGreaterThan(task.version)
  await expect(caller.task.update({ id: task.id, version: task.version, title: 'x' })).rejects.toMatchObject({
    code: 'CONFLICT',
  })
  expect((await caller.tag.list())[0]).toMatchObject({ name: 'Home', taskCount: 0 })
})

test('a client sees typed errors', async () => {
  const client = inProcessClient(services)
  const error = await client.task.list.query().catch((e) => e)
  expect(error.data).toEqual({ code: 'UNAUTHORIZED', httpStatus: 401, reason: 'TOKEN_MISSING', requestId: 'test' })
})
