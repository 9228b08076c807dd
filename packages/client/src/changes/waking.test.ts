import { describe, expect, vi } from 'vitest'
import { createTokenClient } from '../client.ts'
import { refusal } from '../testing/browser.ts'
import { eventually, quickTiming } from '../testing/client-test.ts'
import { test as followingTest, write } from '../testing/following-test.ts'
import { recorder } from '../testing/recorder.ts'

/** Milliseconds that no test waits for. */
const FOREVER = 1_000_000

/** Without a wake it would do nothing more after the first failure. */
const sleepy = { ...quickTiming, reconnect: { first: FOREVER, growth: 1, longest: FOREVER }, patience: FOREVER }

/** What a page hears from its browser. */
function stubPage() {
  const page = { window: new EventTarget(), document: Object.assign(new EventTarget(), { visibilityState: 'visible' }) }
  const listening = new Set<unknown>()
  vi.stubGlobal('document', page.document)
  vi.stubGlobal('addEventListener', (type: string, listener: () => void) => {
    listening.add(listener)
    page.window.addEventListener(type, listener)
  })
  vi.stubGlobal('removeEventListener', (type: string, listener: () => void) => {
    listening.delete(listener)
    page.window.removeEventListener(type, listener)
  })
  return { ...page, listening }
}

const test = followingTest
  .extend('timing', sleepy)
  .extend('page', () => stubPage())
  .extend('phone', ({ server, newcomer, browser, timing, page: _page }) =>
    createTokenClient({ url: server.url, token: newcomer.accessToken, fetch: browser.fetch }, timing),
  )
test.afterEach(() => vi.unstubAllGlobals())

describe('after an outage it is live at once', () => {
  test.for(['online', 'pageshow', 'visibilitychange'])(
    'when %s says so',
    async (event, { newcomer, browser, page, phone, follow }) => {
      browser.disturb = () => Promise.reject(new TypeError('fetch failed'))
      const told = follow(phone, recorder(0))
      await eventually(() => expect(told.statuses.at(-1)).toBe('offline'))
      // The stream's, and that of the first page.
      await eventually(() => expect(told.errors).toHaveLength(2))
      browser.disturb = () => undefined
      await write(newcomer, 1)
      const target = event === 'visibilitychange' ? page.document : page.window
      target.dispatchEvent(new Event(event))
      await eventually(() => expect(told.statuses.at(-1)).toBe('live'))
      await eventually(() => expect(told.versions).toEqual([1]))
    },
  )
})

test('a network that comes back has the stream opened anew', async ({ newcomer, browser, page, phone, follow }) => {
  const told = follow(phone, recorder(0))
  await eventually(() => expect(told.statuses.at(-1)).toBe('live'))
  page.window.dispatchEvent(new Event('offline'))
  expect(told.statuses.at(-1)).toBe('offline')
  page.window.dispatchEvent(new Event('online'))
  await eventually(() => expect(told.statuses.at(-1)).toBe('live'))
  expect(browser.count('change.stream')).toBe(2)
  await write(newcomer, 1)
  await eventually(() => expect(told.versions).toEqual([1]))
})

test('a stream that goes on after the browser has said offline is live', async ({ newcomer, page, phone, follow }) => {
  const told = follow(phone, recorder(0))
  await eventually(() => expect(told.statuses.at(-1)).toBe('live'))
  page.window.dispatchEvent(new Event('offline'))
  await write(newcomer, 1)
  await eventually(() => expect(told.versions).toEqual([1]))
  expect(told.statuses).toEqual(['connecting', 'live', 'offline', 'live'])
})

describe('when somebody looks again', () => {
  test('a stream that has been silent for long is opened anew', async ({ server, newcomer, browser, page, follow }) => {
    const phone = createTokenClient(
      { url: server.url, token: newcomer.accessToken, fetch: browser.fetch },
      { ...sleepy, doubt: -1 },
    )
    const told = follow(phone, recorder(0))
    await eventually(() => expect(told.statuses.at(-1)).toBe('live'))
    page.document.dispatchEvent(new Event('visibilitychange'))
    await eventually(() => expect(browser.count('change.stream')).toBe(2))
    await write(newcomer, 1)
    await eventually(() => expect(told.versions).toEqual([1]))
  })

  test('one that has just given a sign of life is left alone', async ({ newcomer, browser, page, phone, follow }) => {
    const told = follow(phone, recorder(0))
    await eventually(() => expect(told.statuses.at(-1)).toBe('live'))
    page.document.dispatchEvent(new Event('visibilitychange'))
    page.window.dispatchEvent(new Event('pageshow'))
    await write(newcomer, 1)
    await eventually(() => expect(told.versions).toEqual([1]))
    expect(browser.count('change.stream')).toBe(1)
  })
})

test('a wait that the server has asked for is not cut short', async ({ browser, page, phone, follow }) => {
  browser.disturb = (procedures) =>
    procedures.includes('change.stream')
      ? refusal('RATE_LIMITED', { httpStatus: 429, retryAfter: FOREVER / 1_000 })
      : undefined
  const told = follow(phone, recorder(0))
  await eventually(() => expect(told.statuses.at(-1)).toBe('polling'))
  page.window.dispatchEvent(new Event('online'))
  const questions = browser.count('change.list')
  await eventually(() => expect(browser.count('change.list')).toBeGreaterThan(questions))
  expect(browser.count('change.stream')).toBe(1)
})

test('whoever subscribes and stops a hundred times leaves one stream at most, and no listener', async ({
  newcomer,
  browser,
  page,
  phone,
}) => {
  const { $changes } = phone
  const last = recorder(0)
  let stop = () => {}
  for (let count = 0; count < 100; count += 1) {
    stop()
    // What a framework does that mounts everything twice.
    $changes.subscribe(recorder(0))()
    stop = $changes.subscribe(last)
  }
  await eventually(() => expect($changes.status).toBe('live'))
  await write(newcomer, 1)
  await eventually(() => expect(last.versions).toEqual([1]))
  expect(browser.count('change.stream')).toBe(1)
  expect(page.listening.size).toBe(3)
  stop()
  expect(page.listening.size).toBe(0)
})

test('a thousand subscribers have one stream, are told alike, and leave nothing behind', async ({
  newcomer,
  browser,
  page,
  phone,
}) => {
  const all = Array.from({ length: 1_000 }, () => recorder(0))
  const stops = all.map((told) => phone.$changes.subscribe(told))
  await eventually(() => expect(phone.$changes.status).toBe('live'))
  const { version } = await newcomer.client.task.create.mutate({ title: 'A' })
  await phone.$changes.until(version)
  expect(new Set(all.map(({ versions }) => versions.join()))).toEqual(new Set(['1']))
  expect([browser.count('change.stream'), page.listening.size]).toEqual([1, 3])
  // Those who want the same of the server ask it together.
  expect(browser.count('change.list')).toBeLessThan(10)
  for (const stop of stops) stop()
  expect([phone.$changes.status, page.listening.size]).toEqual(['connecting', 0])
})
