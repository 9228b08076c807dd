import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { testDatabase } from '@taskwire/prisma/testing'
import { appRouter, createContext } from '@taskwire/router'
import { registeredCalls, type TrpcCalls, testRequest } from '@taskwire/router/testing'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { bombs, hostilePayload } from './testing/hostile-payloads.ts'
import { procedurePaths } from './testing/procedures.ts'
import { send } from './testing/send.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

/** A fifth of the random payloads goes through HTTP, the rest by the shorter way into the same procedures. */
const [OVER_HTTP, IN_PROCESS] = inject('testServer') === undefined ? [100, 400] : [1_000, 5_000]

/** Milliseconds of the processor that an answer may take, whatever was asked. */
const LITTLE = 10
/** What takes more may take so many times as much as a harmless payload of the same size; the costliest take about 4. */
const MAX_RATIO = 8
/**
 * The processor's clock counts the garbage of others too, which is collected on threads of this process. So the two are
 * compared in turn, and a payload does harm if it takes too long in each of so many pairs. One that does none takes too
 * long in less than half of the pairs: that it is blamed has a chance below 2 ** -40, for 7 000 payloads 1 in 100 million.
 */
const PAIRS = 40

/** Megabytes that may be left of them all. */
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

type Call = (path: string, body: string) => Promise<number>

/** Refused, or valid by accident: never a fault of ours. @returns the milliseconds of the processor that it took */
async function costOf(call: Call, path: string, body: string): Promise<number> {
  const before = process.cpuUsage()
  const status = await call(path, body)
  const { user, system } = process.cpuUsage(before)
  expect(status === 200 || (status >= 400 && status < 500), `Answered with ${status}`).toBe(true)
  return (user + system) / 1_000
}

async function expectHarmless(call: Call, path: string, body: string): Promise<void> {
  if ((await costOf(call, path, body)) <= LITTLE) return
  const harmless = JSON.stringify({ json: { title: 'x'.repeat(body.length) } })
  const ratios: number[] = []
  while (ratios.length < PAIRS) {
    const usual = await costOf(call, path, harmless)
    const cost = await costOf(call, path, body)
    if (cost <= Math.max(LITTLE, MAX_RATIO * usual)) return
    ratios.push(cost / usual)
  }
  expect(Math.min(...ratios)).toBeLessThan(MAX_RATIO)
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
    for (const path of paths) await expectHarmless(overHttp, path, body)
  })
})

test.each([
  [`${OVER_HTTP} over HTTP`, OVER_HTTP, overHttp],
  [`${IN_PROCESS} in process`, IN_PROCESS, inProcess],
])('random payloads do no harm: %s', { timeout: 180_000 }, async (_name, numRuns, call) => {
  await expectUnharmed(() =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), hostilePayload, (path, body) => expectHarmless(call, path, body)),
      { numRuns },
    ),
  )
})
