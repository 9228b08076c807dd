import { expect } from 'vitest'
import { createTokenClient } from '../client.ts'
import { refusal, testBrowser } from '../testing/browser.ts'
import { test as clientTest, eventually, quickTiming } from '../testing/client-test.ts'
import { range, recorder } from '../testing/recorder.ts'

// With the limits of a real server. A device is one more client of the newcomer's that follows the changes.
const test = clientTest
  .extend('limits', { scope: 'file' }, { redis: null, multiplier: 1 })
  .extend('addDevice', ({ server, newcomer }, { onCleanup }) => {
    const stops: (() => void)[] = []
    onCleanup(() => {
      for (const stop of stops) stop()
    })
    return () => {
      const browser = testBrowser()
      const { url } = server
      const client = createTokenClient({ url, token: newcomer.accessToken, fetch: browser.fetch }, quickTiming)
      const told = recorder(0)
      stops.push(client.$changes.subscribe(told))
      return { browser, told }
    }
  })

test('of eleven clients on one account none is silent, and none takes the place of another again and again', async ({
  newcomer,
  addDevice,
}) => {
  const crowd: ReturnType<typeof addDevice>[] = []
  for (let count = 0; count < 11; count += 1) {
    const device = addDevice()
    // One after the other, so that the first has to go.
    await eventually(() => expect(device.browser.count('change.stream')).toBe(1))
    crowd.push(device)
  }
  const questions = () => crowd[0]?.browser.count('change.list') ?? 0
  // The first one asks in each round, and a minute has not passed: then it would try a stream again.
  for (let written = 1; written <= 8; written += 1) {
    const asked = questions()
    await newcomer.client.task.create.mutate({ title: `Task ${written}` })
    await eventually(() => expect(questions()).toBeGreaterThan(asked))
  }
  for (const { told } of crowd) {
    await eventually(() => expect(told.versions).toEqual(range(1, 8)))
    expect(told.resets).toEqual([])
  }
  expect(crowd.map(({ browser }) => browser.count('change.stream'))).toEqual(Array(11).fill(1))
  // Each one says how it is.
  expect(crowd.map(({ told }) => told.statuses.at(-1))).toEqual(['polling', ...Array(10).fill('live')])
})

test('a client that gets no stream asks for what has changed, and tries again when it may', async ({
  newcomer,
  addDevice,
}) => {
  const retryAfter = 0.3
  const { browser, told } = addDevice()
  const refusedAt: number[] = []
  browser.disturb = (procedures) => {
    // Until it has been told the first change, which it then has asked for.
    if (!procedures.includes('change.stream') || told.versions.length > 0) return undefined
    refusedAt.push(performance.now())
    return refusal('RATE_LIMITED', { httpStatus: 429, retryAfter })
  }
  await eventually(() => expect(refusedAt).toHaveLength(1))
  await newcomer.client.task.create.mutate({ title: 'A' })
  await eventually(() => expect(told.versions).toEqual([1]))
  await eventually(() => expect(browser.count('change.stream')).toBe(refusedAt.length + 1))
  expect(performance.now() - (refusedAt.at(-1) ?? 0)).toBeGreaterThanOrEqual(retryAfter * 1_000)
  await newcomer.client.task.create.mutate({ title: 'B' })
  await eventually(() => expect(told.versions).toEqual([1, 2]))
  expect(told.statuses).toEqual(['connecting', 'polling', 'live'])
})
