import { testDatabase } from '@taskwire/prisma/testing'
import { registeredCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addLongTasks, CONTROL_CHARACTER } from './testing/add-long-tasks.ts'
import { send } from './testing/send.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer(await testDatabase())
})
afterAll(() => server.close())

/** A batch by GET, each call with its input. */
function batch(token: string, calls: { path: string; json?: unknown }[]) {
  const inputs = JSON.stringify(Object.fromEntries(calls.map(({ json }, index) => [index, { json }])))
  const paths = calls.map(({ path }) => path).join(',')
  return send(server, {
    method: 'GET',
    path: `/trpc/${paths}?batch=1&input=${encodeURIComponent(inputs)}`,
    headers: { authorization: `Bearer ${token}` },
  })
}

test('of ten long lists in one request four are answered, and the others say what to do', async () => {
  const { email, token } = await registeredCalls(server)
  await addLongTasks(server.services.db, { email, count: 500, character: CONTROL_CHARACTER })
  for (const list of [
    { path: 'change.list', json: { since: 0, limit: 500 } },
    { path: 'task.list', json: { limit: 100 } },
  ]) {
    const { text } = await batch(token, Array(10).fill(list))
    expect(Buffer.byteLength(text)).toBeLessThan(4_100_000)
    const answers: { result?: unknown; error?: { json: { message: string; data: object } } }[] = JSON.parse(text)
    expect(answers.filter(({ result }) => result !== undefined)).toHaveLength(4)
    for (const { error } of answers.slice(4)) {
      expect(error?.json.data).toMatchObject({ reason: 'PAYLOAD_TOO_LARGE', httpStatus: 413 })
      expect(error?.json.message).toContain('smaller pages')
    }
  }
})

test('a batch of ten ordinary queries is answered whole', async () => {
  const { token, mutate } = await registeredCalls(server)
  for (let count = 0; count < 20; count++) await mutate('task.create', { json: { title: 'Write' } })
  const calls = ['task.list', 'tag.list', 'auth.me', 'session.list', 'apiToken.list'].map((path) => ({ path }))
  const { status, reasons } = await batch(token, [...calls, ...calls])
  expect({ status, reasons }).toEqual({ status: 200, reasons: [] })
})
