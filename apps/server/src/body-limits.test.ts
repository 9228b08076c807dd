import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { send } from './testing/send.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer(await testDatabase())
})
afterAll(() => server.close())

/** A body of exactly so many bytes, with its length announced or not. */
function post(path: string, { bytes, chunked }: { bytes: number; chunked: boolean }) {
  const body = JSON.stringify({ json: { email: 'nobody' } }).padEnd(bytes, ' ')
  return send(server, {
    method: 'POST',
    path: `/trpc/${path}`,
    headers: chunked ? { 'transfer-encoding': 'chunked' } : {},
    body,
  })
}

test.each([
  ['auth.login', 4_000],
  ['auth.register', 4_000],
  ['auth%2Elogin', 4_000],
  ['%61uth.register', 4_000],
])('%s takes %i bytes and not one more, whether their number is announced or not', async (path, bytes) => {
  for (const chunked of [false, true]) {
    expect(await post(path, { bytes, chunked })).toMatchObject({ status: 400, reasons: ['VALIDATION_FAILED'] })
    const refused = await post(path, { bytes: bytes + 1, chunked })
    expect(refused).toMatchObject({ status: 413, reasons: ['PAYLOAD_TOO_LARGE'] })
  }
})

test('other calls take 100 000 bytes and not one more', async () => {
  const registered = await send(server, {
    method: 'POST',
    path: '/trpc/auth.register',
    body: { json: { email: 'ada@example.com', password: 'correct horse battery staple' } },
  })
  const token = String(JSON.parse(registered.text).result.data.json.accessToken)
  for (const encoding of [undefined, 'chunked']) {
    const headers = { authorization: `Bearer ${token}`, 'transfer-encoding': encoding }
    const create = (bytes: number) =>
      send(server, {
        method: 'POST',
        path: '/trpc/task.create',
        headers,
        body: '{"json":{"title":"Fits"}}'.padEnd(bytes, ' '),
      })
    expect((await create(100_000)).status).toBe(200)
    expect(await create(100_001)).toMatchObject({ status: 413, reasons: ['PAYLOAD_TOO_LARGE'] })
  }
})
