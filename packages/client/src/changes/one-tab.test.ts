import { expect, vi } from 'vitest'
import { createSessionClient } from '../client.ts'
import { testBrowser } from '../testing/browser.ts'
import { credentials, eventually, quickTiming } from '../testing/client-test.ts'
import { test as followingTest, write } from '../testing/following-test.ts'
import { recorder } from '../testing/recorder.ts'

// Tabs of a browser in which something is missing or blocked; `changes.browser.test.ts` has a whole one.
const test = followingTest.extend('openTab', ({ server, newcomer }) => async () => {
  const browser = testBrowser()
  const client = createSessionClient({ url: server.url, fetch: browser.fetch }, quickTiming)
  await client.$session.signIn(credentials(newcomer))
  return { browser, client }
})
test.afterEach(() => vi.unstubAllGlobals())

const locks = { request: (_name: string, ...rest: (() => unknown)[]) => Promise.resolve(rest.at(-1)?.()) }

class SilentChannel extends EventTarget {
  postMessage(): void {}
  close(): void {}
}

const blocked = () => {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}

test.for<[what: string, globals: Record<string, unknown>]>([
  ['without locks', { navigator: {} }],
  [
    'with locks that reject',
    { navigator: { locks: { request: async () => blocked() } }, BroadcastChannel: SilentChannel },
  ],
  ['with locks that throw', { navigator: { locks: { request: blocked } }, BroadcastChannel: SilentChannel }],
  ['with channels that throw', { navigator: { locks }, BroadcastChannel: blocked }],
  ['without channels', { navigator: { locks }, BroadcastChannel: undefined }],
])('%s each tab has a stream of its own', async ([_what, globals], { newcomer, openTab, follow }) => {
  const tabs = [await openTab(), await openTab()]
  vi.stubGlobal('location', new URL('http://localhost:5173/tasks'))
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
  const all = tabs.map(({ client }) => follow(client, recorder(0)))
  for (const { statuses } of all) await eventually(() => expect(statuses.at(-1)).toBe('live'))
  await write(newcomer, 2)
  for (const { versions } of all) await eventually(() => expect(versions).toEqual([1, 2]))
  expect(tabs.map(({ browser }) => browser.count('change.stream'))).toEqual([1, 1])
})
