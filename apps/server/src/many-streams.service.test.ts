import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerProcess, startFromSource } from '@taskwire/config/testing'
import { HEARTBEAT } from '@taskwire/contract'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { openChangeStream, type PlainChange, queryUrl, registeredCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const STREAMS = 250

let server: ServerProcess
let url: string
beforeAll(async () => {
  server = startFromSource({
    DATABASE_URL: await freshServerUrl(),
    JWT_SECRET: 'a secret of tests, at least 32 characters',
    BCRYPT_COST: '4',
    RATE_LIMIT_MULTIPLIER: '10000',
  })
  url = await server.url
})
afterAll(() => server?.[Symbol.asyncDispose]())

test(`${STREAMS} users listen at one server, and each is told of the own change`, async () => {
  const users = []
  for (let count = 0; count < STREAMS; count += 10) {
    users.push(...(await Promise.all(Array.from({ length: 10 }, () => registeredCalls({ url })))))
  }
  const told: PlainChange[][] = users.map(() => [])
  const streams = users.map(({ token }, index) =>
    openChangeStream({ url, token, since: 0, onChange: (change) => told[index]?.push(change) }),
  )
  await Promise.all(streams.map(({ connected }) => connected))
  const ids = await Promise.all(
    users.map(async ({ mutate }) => (await mutate<{ id: string }>('task.create', { json: { title: 'Own' } })).data.id),
  )
  await expect
    .poll(() => told.map((changes) => changes.map((change) => 'id' in change && change.id)), { timeout: 6_000 })
    .toEqual(ids.map((id) => [id]))
  for (const { cut } of streams) cut()
}, 60_000)

test('a stream on which nothing happens shows that it is alive', async () => {
  const { token } = await registeredCalls({ url })
  const request = get(queryUrl(url, 'change.stream', { json: { since: 0 } }), {
    headers: { authorization: `Bearer ${token}` },
  })
  let text = ''
  request.on('response', (response) => {
    response.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
    response.on('error', () => {})
  })
  await sleep(HEARTBEAT + 1_000)
  request.destroy()
  expect(text).toMatch(/^event: connected\n/)
  expect(text).toContain('event: ping\n')
}, 30_000)
