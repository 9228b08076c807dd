import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createTaskwireClient, type TaskwireClient } from '../client.ts'
import { testBrowser } from '../testing/browser.ts'
import { range, recorder } from '../testing/recorder.ts'
import { type ServerProcess, startServer } from '../testing/server-process.ts'

/** Seconds. */
const TTL = 2

let variables: Record<string, string>
let server: ServerProcess
let writer: TaskwireClient
let client: TaskwireClient
let browser: ReturnType<typeof testBrowser>

beforeAll(async () => {
  variables = {
    DATABASE_URL: await freshServerUrl(),
    ACCESS_TOKEN_TTL: `${TTL}s`,
  }
  server = await startServer(variables)
  // The next one is to be found where this one was.
  variables['PORT'] = new URL(server.url).port
})
beforeEach(async () => {
  const credentials = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery staple' }
  browser = testBrowser()
  writer = createTaskwireClient({ url: server.url, fetch: testBrowser().fetch })
  client = createTaskwireClient({ url: server.url, fetch: browser.fetch })
  await writer.$session.signUp(credentials)
  await client.$session.signIn(credentials)
})
afterAll(() => server?.stop())

test('across renewals of the token nothing is missed and nothing told twice', async () => {
  const told = recorder()
  const stop = client.$changes.subscribe(told)
  await vi.waitFor(() => expect(browser.count('change.stream')).toBe(1), { timeout: 10_000 })
  let written = 0
  for (const end = Date.now() + 4 * TTL * 1_000; Date.now() < end; ) {
    await writer.task.create.mutate({ title: `Task ${written}` })
    written += 1
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await vi.waitFor(() => expect(told.versions.at(-1)).toBe(written), { timeout: 10_000 })
  stop()
  expect(told.versions).toEqual(range(1, written))
  expect(told.resets).toEqual([])
  expect(browser.count('auth.refresh')).toBeGreaterThanOrEqual(3)
}, 60_000)

test.each(['kill', 'stop'] as const)(
  'a server that comes back after a %s goes on where it was',
  async (end) => {
    const told = recorder(0)
    const stop = client.$changes.subscribe(told)
    await write(20)
    await vi.waitFor(() => expect(told.versions).toEqual(range(1, 20)), { timeout: 10_000 })
    const writing = write(20).catch(() => {})
    await server[end]()
    await writing
    server = await startServer(variables)
    await write(20)
    const { version } = await writer.change.list.query()
    await vi.waitFor(() => expect(told.versions.at(-1)).toBe(version), { timeout: 40_000 })
    stop()
    expect(told.versions).toEqual(range(1, version))
    expect(told.resets).toEqual([])
  },
  90_000,
)

test('a tool that stops listening can exit, whatever the server is doing', async () => {
  const { token } = await writer.apiToken.create.mutate({ name: 'Tool', password: 'correct horse battery staple' })
  const script = `
    import { createTaskwireClient } from '${new URL('../index.ts', import.meta.url)}'
    const follow = (url) => new Promise((resolve) => {
      const client = createTaskwireClient({ url, token: '${token}' })
      const stop = client.$changes.subscribe({ since: 0, onChange: () => {}, onReset: () => {} })
      setTimeout(() => resolve(stop()), 800)
    })
    await Promise.all([follow('${server.url}'), follow('http://127.0.0.1:9')])
    console.log('stopped')
    setTimeout(() => process.exit(1), 3_000).unref()
  `
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import=tsx', '--conditions=@taskwire/source', '--input-type=module', '--eval', script],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), timeout: 20_000 },
  )
  expect(stdout).toBe('stopped\n')
})

async function write(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await writer.task.create.mutate({ title: `Task ${index}` })
}
