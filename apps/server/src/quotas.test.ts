import { testDatabase } from '@taskwire/prisma/testing'
import { createCaller, createInnerContext } from '@taskwire/router'
import { registeredCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from './testing/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer(await testDatabase(), { services: { quotas: { maxTasks: 2, maxTags: 1 } } })
})
afterAll(() => server.close())

test('what a user may not have any more is a 409 that says how many there may be', async () => {
  const ada = await registeredCalls(server)
  const create = () => ada.mutate<{ id: string }>('task.create', { json: { title: 'Write' } })
  const { data: deleted } = await create()
  expect((await create()).status).toBe(200)
  const error = { reason: 'QUOTA_REACHED', code: 'CONFLICT', httpStatus: 409, requestId: expect.any(String) }
  expect(await create()).toMatchObject({ status: 409, error: { ...error, limit: 2 } })

  expect((await ada.mutate('task.delete', { json: { id: deleted.id } })).status).toBe(200)
  expect((await create()).status).toBe(200)
  const restored = await ada.mutate('task.restore', { json: { id: deleted.id } })
  expect(restored).toMatchObject({ status: 409, error: { ...error, limit: 2 } })

  expect((await ada.mutate('tag.create', { json: { name: 'Home' } })).status).toBe(200)
  const tag = await ada.mutate('tag.create', { json: { name: 'Work' } })
  expect(tag).toMatchObject({ status: 409, error: { ...error, limit: 1 } })
})

test('the 51st API token is a 409, with the limit', async () => {
  const ada = await registeredCalls(server)
  const { data: user } = await ada.query<{ id: string }>('auth.me')
  const { apiToken } = createCaller(createInnerContext(server.services, { userId: user.id }))
  for (let count = 0; count < 50; count += 1) await apiToken.create({ name: 'Tool' })
  expect(
    await ada.mutate('apiToken.create', { json: { name: 'One too many', password: 'correct horse battery staple' } }),
  ).toMatchObject({
    status: 409,
    error: { reason: 'QUOTA_REACHED', limit: 50 },
  })
})
