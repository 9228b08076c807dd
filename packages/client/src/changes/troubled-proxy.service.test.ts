import { freshServerUrl } from '@taskwire/prisma/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createTaskwireClient, type TaskwireTokenClient } from '../client.ts'
import { testBrowser } from '../testing/browser.ts'
import { range, recorder } from '../testing/recorder.ts'
import { type ServerProcess, startServer } from '../testing/server-process.ts'
import { type TroubledProxy, troubledProxy } from '../testing/troubled-proxy.ts'

let server: ServerProcess
let proxy: TroubledProxy
let page: EventTarget
let writer: TaskwireTokenClient
let client: TaskwireTokenClient

beforeAll(async () => {
  server = await startServer({ DATABASE_URL: await freshServerUrl() })
})
beforeEach(async () => {
  // What the browser says about the network.
  page = new EventTarget()
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  proxy = await troubledProxy(server.url, 'none')
  const account = createTaskwireClient({ url: server.url, fetch: testBrowser().fetch })
  const credentials = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery staple' }
  const { accessToken: token } = await account.auth.register.mutate(credentials)
  writer = createTaskwireClient({ url: server.url, token })
  client = createTaskwireClient({ url: proxy.url, token })
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await proxy[Symbol.asyncDispose]()
})
afterAll(() => server?.stop())

test('behind a proxy that holds streams back, changes come within six seconds, and the status says how', async () => {
  proxy.trouble = 'buffers'
  const told = recorder(0)
  const stop = client.$changes.subscribe(told)
  await vi.waitFor(() => expect(client.$changes.status).toBe('polling'), { timeout: 10_000 })
  for (let count = 1; count <= 3; count += 1) {
    await writer.task.create.mutate({ title: `Task ${count}` })
    await vi.waitFor(() => expect(told.versions).toEqual(range(1, count)), { timeout: 6_000 })
    expect(client.$changes.status).toBe('polling')
  }
  // The proxy is replaced by a better one.
  proxy.trouble = 'none'
  page.dispatchEvent(new Event('online'))
  await vi.waitFor(() => expect(client.$changes.status).toBe('live'), { timeout: 2_000 })
  stop()
}, 60_000)

test.each(['refuses', 'swallows'] as const)(
  'after an outage in which the network %s everything, it is live again within two seconds',
  async (trouble) => {
    const told = recorder(0)
    const stop = client.$changes.subscribe(told)
    await vi.waitFor(() => expect(client.$changes.status).toBe('live'), { timeout: 10_000 })
    proxy.trouble = trouble
    page.dispatchEvent(new Event('offline'))
    expect(client.$changes.status).toBe('offline')
    await writer.task.create.mutate({ title: 'Unheard' })
    await new Promise((resolve) => setTimeout(resolve, 15_000))
    expect([client.$changes.status, told.versions]).toEqual(['offline', []])
    proxy.trouble = 'none'
    page.dispatchEvent(new Event('online'))
    await vi.waitFor(() => expect(client.$changes.status).toBe('live'), { timeout: 2_000 })
    await vi.waitFor(() => expect(told.versions).toEqual([1]), { timeout: 2_000 })
    stop()
  },
  60_000,
)

test('when nobody says that the network is back, it is found out within ten seconds', async () => {
  const told = recorder(0)
  const stop = client.$changes.subscribe(told)
  await vi.waitFor(() => expect(client.$changes.status).toBe('live'), { timeout: 10_000 })
  proxy.trouble = 'refuses'
  await vi.waitFor(() => expect(client.$changes.status).toBe('offline'), { timeout: 10_000 })
  await new Promise((resolve) => setTimeout(resolve, 15_000))
  proxy.trouble = 'none'
  await vi.waitFor(() => expect(client.$changes.status).toBe('live'), { timeout: 11_000 })
  stop()
}, 60_000)
