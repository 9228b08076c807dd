import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Change } from '@taskwire/contract'
import { type TrackedEnvelope, tracked } from '@trpc/server'
import type { Response } from 'express'
import { afterEach, expect, test, vi } from 'vitest'
import { type Problem, problemUri } from '../problem.ts'
import { sendChanges } from './send-changes.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** As much of a response as a stream needs, which says that it is full at more than `capacity` bytes. */
function reader(capacity = 16_384) {
  const sent = new PassThrough({ highWaterMark: capacity })
  const response = Object.assign(sent, { set: vi.fn() })
  return { sent, response: response as unknown as Response, closed: new AbortController() }
}

function change(version: number): TrackedEnvelope<Change> {
  return tracked(String(version), { type: 'reset', version })
}

const problem: Problem = {
  type: problemUri('RATE_LIMITED'),
  title: 'Too many requests: try again later',
  status: 429,
  detail: 'Too many requests: try again later',
  reason: 'RATE_LIMITED',
  requestId: 'test',
  retryAfter: 60,
}

test('a stream on which nothing happens gives a sign of life at once, and every 15 s', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { sent, response, closed } = reader()
  let end = () => {}
  async function* silence(): AsyncGenerator<TrackedEnvelope<Change>> {
    await new Promise<void>((resolve) => (end = resolve))
  }
  const sending = sendChanges({ response, changes: silence(), closed: closed.signal, problemOf: () => problem })
  // Longer than it waits for a first change.
  await sleep(150)
  await vi.advanceTimersByTimeAsync(45_500)
  expect(String(sent.read())).toBe(':\n\n'.repeat(1 + 3))
  end()
  await sending
  expect(vi.getTimerCount()).toBe(0)
})

test('no change is read for a reader who does not take what is sent', async () => {
  const { sent, response, closed } = reader(1)
  let read = 0
  async function* changes(): AsyncGenerator<TrackedEnvelope<Change>> {
    for (read = 1; read <= 3; read += 1) yield change(read)
  }
  const sending = sendChanges({ response, changes: changes(), closed: closed.signal, problemOf: () => problem })
  await vi.waitFor(() => expect(read).toBe(1))
  await new Promise((resolve) => setImmediate(resolve))
  expect(read).toBe(1)
  sent.resume()
  await sending
  expect(read).toBe(4)
})

test('an end that has a reason is told with the time after which to connect again', async () => {
  const { sent, response, closed } = reader()
  async function* changes(): AsyncGenerator<TrackedEnvelope<Change>> {
    yield change(1)
    throw new Error('Displaced')
  }
  await sendChanges({ response, changes: changes(), closed: closed.signal, problemOf: () => problem })
  expect(String(sent.read()).split('\n\n')).toEqual([
    'event: reset\nid: 1\ndata: {"type":"reset","version":1}',
    `retry: 60000\nevent: problem\ndata: ${JSON.stringify(problem)}`,
    '',
  ])
})

test('a stream that fails at once has sent nothing', async () => {
  const { sent, response, closed } = reader()
  // biome-ignore lint/correctness/useYield: it fails before
  async function* changes(): AsyncGenerator<TrackedEnvelope<Change>> {
    throw new Error('Full')
  }
  const sending = sendChanges({ response, changes: changes(), closed: closed.signal, problemOf: () => problem })
  await expect(sending).rejects.toThrow('Full')
  expect(sent.read()).toBeNull()
})
