import { testDatabase } from '@taskwire/prisma/testing'
import { externalIssuer, externalToken, testUser, trpcCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from './testing/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer(await testDatabase(), { services: { externalIssuer } })
})
afterAll(() => server.close())

test('a token of the other sign-in service makes no account by a call that has no need of one', async () => {
  const { email, password } = await testUser(server.services)
  const calls = trpcCalls({ url: server.url, token: externalToken() })
  const { db } = server.services
  const users = await db.user.count()

  expect(await calls.query('task.obliterate')).toMatchObject({ status: 404, error: { reason: 'UNKNOWN_PROCEDURE' } })
  expect(await calls.mutate('task.list')).toMatchObject({ status: 405, error: { reason: 'METHOD_NOT_SUPPORTED' } })
  expect(await calls.mutate('auth.login', { json: { email, password } })).toMatchObject({ status: 200 })
  expect(await calls.mutate('auth.login', { json: { email, password: 'wrong' } })).toMatchObject({ status: 401 })
  expect(await calls.mutate('auth.logout')).toMatchObject({ status: 200 })
  expect(await db.user.count()).toBe(users)
  expect(await db.externalIdentity.count()).toBe(0)

  expect(await calls.query('auth.me')).toMatchObject({ status: 200 })
  expect(await db.user.count()).toBe(users + 1)
})
