import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError } from '@taskwire/domain'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTurns as createTurnsBy, type Turns } from './turns.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const createTurns = ({ poolSize }: { poolSize: number }) => createTurnsBy({ poolSize, multiplier: 1 })

/** Work that lasts until it is let go, and notes that it has begun. */
function lasting(begun: string[], name: string): { work: () => Promise<string>; end: () => void } {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const work = async () => {
    begun.push(name)
    await ended
    return name
  }
  return { work, end: () => end() }
}

function occupy(turns: Turns, { userId = 'greedy', times }: { userId?: string; times: number }) {
  const begun: string[] = []
  const works = Array.from({ length: times }, (_, index) => lasting(begun, `${index + 1}`))
  const results = works.map(({ work }) => turns.run(userId, work))
  const endAll = () => {
    for (const { end } of works) end()
  }
  return { begun, works, results, endAll }
}

const settled = () => vi.advanceTimersByTimeAsync(0)

test('four calls of a user run at once, and the next in the order in which they came', async () => {
  const { begun, works, results, endAll } = occupy(createTurns({ poolSize: 10 }), { times: 6 })
  await settled()
  expect(begun).toEqual(['1', '2', '3', '4'])
  works[2]?.end()
  await settled()
  expect(begun).toEqual(['1', '2', '3', '4', '5'])
  endAll()
  expect(await Promise.all(results)).toEqual(['1', '2', '3', '4', '5', '6'])
})

test.each([
  [1, 1],
  [3, 1],
  [4, 2],
  [8, 4],
  [100, 4],
])('of a pool of %i connections a user gets %i', async (poolSize, most) => {
  const { begun, endAll } = occupy(createTurns({ poolSize }), { times: 10 })
  await settled()
  expect(begun).toHaveLength(most)
  endAll()
})

test('a multiplier multiplies them, as it does every limit', async () => {
  const { begun, endAll } = occupy(createTurnsBy({ poolSize: 10, multiplier: 10 }), { times: 50 })
  await settled()
  expect(begun).toHaveLength(40)
  endAll()
})

test('a thousand run at once however high the multiplier is', async () => {
  const { begun, endAll } = occupy(createTurnsBy({ poolSize: 10, multiplier: 1_000_000 }), { times: 1_010 })
  await settled()
  expect(begun).toHaveLength(1_000)
  endAll()
})

test('another user does not wait', async () => {
  const turns = createTurns({ poolSize: 10 })
  const { endAll } = occupy(turns, { times: 50 })
  expect(await turns.run('other', async () => 'served')).toBe('served')
  endAll()
})

test('whose turn does not come within 2 s is told to come again', async () => {
  const turns = createTurns({ poolSize: 10 })
  const { endAll } = occupy(turns, { times: 4 })
  const work = vi.fn(async () => {})
  const refused = turns.run('greedy', work).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(1_999)
  expect(await Promise.race([refused, 'waiting'])).toBe('waiting')
  await vi.advanceTimersByTimeAsync(1)
  const error = await refused
  expect(error).toBeInstanceOf(DomainError)
  expect(error).toMatchObject({ reason: 'RATE_LIMITED', details: { retryAfter: 1 } })
  endAll()
  await settled()
  expect(work).not.toHaveBeenCalled()
  expect(await turns.run('greedy', async () => 'served')).toBe('served')
})

test('who hangs up while waiting leaves the queue', async () => {
  const turns = createTurns({ poolSize: 10 })
  const { works, endAll } = occupy(turns, { times: 4 })
  const client = new AbortController()
  const work = vi.fn(async () => {})
  const given = turns.run('greedy', work, client.signal).catch((error: unknown) => error)
  const next = turns.run('greedy', async () => 'served')
  client.abort()
  expect(await given).toBeInstanceOf(DomainError)
  works[0]?.end()
  expect(await next).toBe('served')
  expect(work).not.toHaveBeenCalled()
  endAll()
})

test('work that fails gives its turn to the next', async () => {
  const turns = createTurns({ poolSize: 2 })
  const failing = turns.run('greedy', () => Promise.reject(new Error('no')))
  const next = turns.run('greedy', async () => 'served')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('served')
})

test('nothing is remembered of a user without work', async () => {
  vi.useRealTimers()
  const deletion = vi.spyOn(Map.prototype, 'delete')
  const turns = createTurns({ poolSize: 10 })
  const { results, endAll } = occupy(turns, { userId: 'passing by', times: 6 })
  await sleep(1)
  endAll()
  await Promise.all(results)
  expect(deletion.mock.calls.filter(([key]) => key === 'passing by')).toHaveLength(1)
  deletion.mockRestore()
})
