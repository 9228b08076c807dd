import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { testDatabase } from '@taskwire/prisma/testing'
import { openChangeStream, registeredCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addLongTasks } from './testing/add-long-tasks.ts'
import { slowReader } from './testing/slow-reader.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

/** Of 10 000 characters each: all together more than the kernel keeps for a connection. */
const CHANGES = 1_000
/** Bytes that may wait in memory for one reader: about a page of changes. */
const MOST_WAITING = 1_000_000

let server: TestServer
const responses: ServerResponse[] = []
const noteResponse = (message: unknown) => responses.push((message as { response: ServerResponse }).response)
beforeAll(async () => {
  server = await testServer(await testDatabase(), { patience: { stream: 1_500, answer: 6_000 } })
  subscribe('http.server.request.start', noteResponse)
})
afterAll(async () => {
  unsubscribe('http.server.request.start', noteResponse)
  await server.close()
})

test('a reader who does not keep up is dropped before much waits for it, and catches up whole', async () => {
  const { token, email } = await registeredCalls(server)
  await addLongTasks(server.services.db, { email, count: CHANGES, character: 'x' })
  responses.length = 0

  const reader = slowReader({ url: server.url, token, bytesPerSecond: 50_000 })
  let waiting = 0
  const giveUp = Date.now() + 30_000
  while (responses[0]?.closed !== true && Date.now() < giveUp) {
    waiting = Math.max(waiting, responses[0]?.writableLength ?? 0)
    await sleep(20)
  }
  expect(responses).toHaveLength(1)
  expect(responses[0]?.closed).toBe(true)
  expect(waiting).toBeGreaterThan(0)
  expect(waiting).toBeLessThan(MOST_WAITING)

  const versions = versionsIn(await reader.close())
  expect(versions.length).toBeGreaterThan(0)
  const stream = openChangeStream({
    url: server.url,
    token,
    since: versions.at(-1) ?? 0,
    onChange: ({ version }) => versions.push(version),
  })
  await expect.poll(() => versions.length, { timeout: 10_000 }).toBe(CHANGES)
  stream.cut()
  expect(versions).toEqual(Array.from({ length: CHANGES }, (_, index) => index + 1))
}, 90_000)

/** Of the events that have arrived whole; lines come in chunks of HTTP. */
function versionsIn(text: string): number[] {
  return Array.from(text.matchAll(/\nid: (\d+)\n\r\n\d+\r\n\n\n/g), ([, version]) => Number(version))
}
