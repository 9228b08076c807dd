import { randomUUID } from 'node:crypto'
import type { OpenDatabase } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import { registeredCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { procedurePaths } from './testing/procedures.ts'
import { type HttpAnswer, send } from './testing/send.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

let db: OpenDatabase
let server: TestServer
let token: string
beforeAll(async () => {
  db = await testDatabase()
  server = await testServer(db)
  token = (await registeredCalls(server)).token
})
afterAll(() => server.close())

/** A batch of so many calls of one procedure, each with this input. */
function batch(path: string, { calls, json }: { calls: number; json?: unknown }): Promise<HttpAnswer> {
  const isQuery = procedurePaths('query').includes(path)
  const inputs = JSON.stringify(Object.fromEntries(Array.from({ length: calls }, (_, index) => [index, { json }])))
  const url = `/trpc/${Array(calls).fill(path).join(',')}?batch=1`
  const headers = { authorization: `Bearer ${token}` }
  return isQuery
    ? send(server, { method: 'GET', path: `${url}&input=${encodeURIComponent(inputs)}`, headers })
    : send(server, { method: 'POST', path: url, headers, body: inputs })
}

const email = () => `${randomUUID()}@example.com`

test('ten calls are answered', async () => {
  const { status, text } = await batch('task.create', { calls: 10, json: { title: 'One of ten' } })
  expect({ status, answers: JSON.parse(text).length }).toEqual({ status: 200, answers: 10 })
})

test.each([
  ['GET', 'auth.me'],
  ['POST', 'task.create'],
])('ten thousand calls by %s are refused in a few words, none of them run', async (method, path) => {
  const before = await db.client.task.count()
  // Node itself refuses a URL of more than 16 kB, before anybody looks at it.
  const whole = await send(server, { method, path: `/trpc/${Array(10_000).fill(path).join(',')}?batch=1` })
  expect(whole).toMatchObject({ status: 431, text: '' })

  // What fits into the 8 kB of a URL, up to ten thousand commas in an encoding that does not.
  const within = [
    Array(700).fill(path).join(','),
    Array(2_700).fill('').join('%2C'),
    ','.repeat(8_000),
    `${path},`.repeat(11),
  ]
  for (const calls of within) {
    const { status, reasons, text } = await send(server, { method, path: `/trpc/${calls}?batch=1` })
    expect({ status, reasons }).toEqual(
      calls.length < 8_160
        ? { status: 400, reasons: ['MALFORMED_REQUEST'] }
        : { status: 413, reasons: ['PAYLOAD_TOO_LARGE'] },
    )
    expect(text.length).toBeLessThan(1_000)
  }
  const tooLong = await send(server, { method, path: `/trpc/${','.repeat(10_000)}?batch=1` })
  expect(tooLong).toMatchObject({ status: 413, reasons: ['PAYLOAD_TOO_LARGE'] })
  expect(tooLong.text.length).toBeLessThan(1_000)
  expect(await db.client.task.count()).toBe(before)
})

test('eleven sign-ins are refused in a few words, and no password is looked at', async () => {
  await using bare = await testServer(db)
  // Whatever hashes once this is closed is UNAVAILABLE: a refusal for another reason has hashed nothing.
  await bare.services.identity.passwords.close()
  for (const path of ['auth.login', 'auth.register']) {
    const inputs = Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [index, { json: { email: email(), password: 'correct horse' } }]),
    )
    const { status, reasons, text } = await send(bare, {
      method: 'POST',
      path: `/trpc/${Array(11).fill(path).join(',')}?batch=1`,
      body: inputs,
    })
    expect({ status, reasons }).toEqual({ status: 400, reasons: ['MALFORMED_REQUEST'] })
    expect(text.length).toBeLessThan(1_000)
    const alone = await send(bare, { method: 'POST', path: `/trpc/${path}`, body: inputs[0] })
    expect(alone).toMatchObject({ status: 503, reasons: ['UNAVAILABLE'] })
  }
})

test.each(procedurePaths('mutation').filter((path) => path.startsWith('auth.')))(
  '%s does not run in a batch, nor where the answer is streamed',
  async (path) => {
    const password = 'correct horse battery staple'
    const json = { email: email(), password, currentPassword: password, newPassword: `${password}!` }
    const users = await db.client.user.count()
    const { status, reasons } = await batch(path, { calls: 2, json })
    expect({ status, reasons }).toEqual({ status: 400, reasons: ['MALFORMED_REQUEST', 'MALFORMED_REQUEST'] })

    const streamed = await send(server, {
      method: 'POST',
      path: `/trpc/${path}?batch=1`,
      headers: { authorization: `Bearer ${token}`, 'trpc-accept': 'application/jsonl' },
      body: { 0: { json } },
    })
    expect(streamed).toMatchObject({ reasons: ['MALFORMED_REQUEST'], cookie: undefined })
    expect(await db.client.user.count()).toBe(users)
  },
)

test('a batch that is refused costs what it asked for', async () => {
  await using strict = await testServer(db, { services: { limitStore: { redis: null, multiplier: 1 } } })
  const path = `/trpc/${Array(10).fill('auth.login').join(',')}?batch=1`
  const answers = []
  for (let count = 0; count < 4; count++) answers.push(await send(strict, { method: 'POST', path, body: {} }))
  expect(answers.map(({ reasons }) => new Set(reasons))).toEqual([
    new Set(['MALFORMED_REQUEST']),
    new Set(['MALFORMED_REQUEST']),
    new Set(['MALFORMED_REQUEST']),
    new Set(['RATE_LIMITED']),
  ])
})
