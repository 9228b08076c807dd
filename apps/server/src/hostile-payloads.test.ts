import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { testDatabase } from '@taskwire/prisma/testing'
import { appRouter, createContext } from '@taskwire/router'
import { registeredCalls, type TrpcCalls, testRequest } from '@taskwire/router/testing'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bombs, hostilePayload } from './testing/hostile-payloads.ts'
import { procedurePaths } from './testing/procedures.ts'
import { send } from './testing/send.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

/** Of the 20 000 payloads a fifth goes through HTTP, the rest by the shorter way into the same procedures. */
const OVER_HTTP = 4_000
const IN_PROCESS = 16_000

/**
 * Milliseconds that an answer may take, by the clock of the processor: what other programs take away is not the fault of
 * a payload. And megabytes that may be left of them all.
 */
const MAX_TIME = 50
const MAX_GROWTH = 50

let server: TestServer
let ada: TrpcCalls & { token: string }
beforeAll(async () => {
  server = await testServer(await testDatabase())
  ada = await registeredCalls(server)
})
afterAll(() => server.close())

const queries = procedurePaths('query')
const paths = [...queries, ...procedurePaths('mutation')]

/** @returns the status of the answer */
async function overHttp(path: string, body: string): Promise<number> {
  const headers = { authorization: `Bearer ${ada.token}` }
  const url = `/trpc/${path}`
  const { status } = queries.includes(path)
    ? await send(server, { method: 'GET', path: `${url}?input=${encoded(body)}`, headers })
    : await send(server, { method: 'POST', path: url, headers, body })
  return status
}

/** tRPC's own handler with our router and context, without Express and sockets. */
async function inProcess(path: string, body: string): Promise<number> {
  const url = `http://localhost/trpc/${path}`
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetchRequestHandler({
    endpoint: '/trpc',
    router: appRouter,
    req: queries.includes(path)
      ? new Request(`${url}?input=${encoded(body)}`, { headers })
      : new Request(url, { method: 'POST', headers, body }),
    createContext: () => createContext(server.services, testRequest({ bearerToken: ada.token })),
  })
  return status
}

function encoded(body: string): string {
  return encodeURIComponent(body.toWellFormed())
}

/**
 * Refused, or valid by accident: never a fault of ours. What took long may have been the garbage of others, which is
 * collected on threads of this process: so again, after a while, and a payload that does harm does it each time.
 */
async function expectHarmless(call: () => Promise<number>): Promise<void> {
  let time = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 10 && time > MAX_TIME; attempt++) {
    if (attempt > 0) await sleep(attempt * 50)
    const before = process.cpuUsage()
    const status = await call()
    const { user, system } = process.cpuUsage(before)
    time = (user + system) / 1_000
    expect(status === 200 || (status >= 400 && status < 500), `Answered with ${status}`).toBe(true)
  }
  expect(time).toBeLessThan(MAX_TIME)
}

function usedMegabytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}

/** Runs hostile calls, and then sees that nothing is left of them. */
async function expectUnharmed(run: () => Promise<unknown>): Promise<void> {
  const rejections: unknown[] = []
  const note = (reason: unknown) => rejections.push(reason)
  process.on('unhandledRejection', note)
  const prototype = Object.getOwnPropertyNames(Object.prototype)
  const before = usedMegabytes()

  await run()

  expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
  server.log.length = 0
  expect(usedMegabytes() - before).toBeLessThan(MAX_GROWTH)
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype)
  expect({}).not.toHaveProperty('polluted')
  expect((await ada.query('task.list')).status).toBe(200)
  process.off('unhandledRejection', note)
  expect(rejections).toEqual([])
}

test.each(bombs)('%s does no harm to any procedure', async (_name, body) => {
  await expectUnharmed(async () => {
    for (const path of paths) await expectHarmless(() => overHttp(path, body))
  })
})

test.each([
  [`${OVER_HTTP} over HTTP`, OVER_HTTP, overHttp],
  [`${IN_PROCESS} in process`, IN_PROCESS, inProcess],
])('random payloads do no harm: %s', { timeout: 180_000 }, async (_name, numRuns, call) => {
  await expectUnharmed(() =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), hostilePayload, (path, body) =>
        expectHarmless(() => call(path, body)),
      ),
      { numRuns },
    ),
  )
})
