import { expect } from 'vitest'
import { createTokenClient } from '../client.ts'
import { eventually, quickTiming } from '../testing/client-test.ts'
import { test, write } from '../testing/following-test.ts'
import { recorder } from '../testing/recorder.ts'

test('a client that is closed ends its stream and whatever waits, and begins nothing more', async ({
  server,
  newcomer,
  browser,
  witness,
}) => {
  const streams: (AbortSignal | null | undefined)[] = []
  const fetch: typeof globalThis.fetch = (input, init) => {
    if (String(input).includes('change.stream')) streams.push(init?.signal)
    return browser.fetch(input, init)
  }
  const { $changes, $close } = createTokenClient({ url: server.url, token: newcomer.accessToken, fetch }, quickTiming)
  const told = recorder(0)
  $changes.subscribe(told)
  await eventually(() => expect(told.statuses.at(-1)).toBe('live'))
  const wait = expect($changes.until(1)).rejects.toThrow('This client has been closed')
  $close()
  await wait
  expect(streams.map((signal) => signal?.aborted)).toEqual([true])
  await write(newcomer, 1)
  await eventually(() => expect(witness.versions).toEqual([1]))
  expect([told.versions, told.ends]).toEqual([[], []])
  expect(() => $changes.subscribe(told)).toThrow('This client has been closed')
  expect(() => $changes.onStatus(() => {})).toThrow('This client has been closed')
  await expect($changes.until(1)).rejects.toThrow('This client has been closed')
})
