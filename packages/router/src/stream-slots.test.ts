import { expect, test } from 'vitest'
import { createStreamSlots } from './stream-slots.ts'

const REFUSAL = { reason: 'RATE_LIMITED', details: { retryAfter: 60 } }

test('a user has 10 streams, of which the oldest makes room for the next; a multiplier multiplies them', async () => {
  for (const multiplier of [1, 2]) {
    const slots = createStreamSlots({ redis: null, multiplier }, String)
    const taken = []
    for (let count = 0; count < 10 * multiplier + 2; count += 1) {
      taken.push(await slots.take({ userId: 'ada', address: null }))
      await slots.take({ userId: `user ${count}`, address: null })
    }
    expect(taken.map(({ signal }) => signal.aborted)).toEqual([
      ...Array(2).fill(true),
      ...Array(10 * multiplier).fill(false),
    ])
    expect(taken[0]?.signal.reason).toMatchObject(REFUSAL)
  }
})

test('an address has 200 streams, and whoever is refused there has taken no place of anybody', async () => {
  for (const multiplier of [1, 2]) {
    const slots = createStreamSlots({ redis: null, multiplier }, String)
    const take = (userId: string, address: string) => slots.take({ userId, address })
    const [first] = [await take('eve', '192.0.2.2')]
    for (let count = 0; count < 9 * multiplier; count += 1) await take('eve', '192.0.2.2')
    for (let count = 0; count < 200 * multiplier; count += 1) await take(`user ${count}`, '192.0.2.1')
    for (let count = 0; count < 5; count += 1) {
      await expect(take('eve', '192.0.2.1')).rejects.toMatchObject(REFUSAL)
    }
    expect(first?.signal.aborted).toBe(false)
    await expect(take('bob', '192.0.2.2')).resolves.toBeDefined()
  }
})

test('a place that is left is free, once', async () => {
  const slots = createStreamSlots({ redis: null, multiplier: 1 }, String)
  const owner = { userId: 'ada', address: '192.0.2.1' }
  const [oldest, ...others] = await Promise.all(Array.from({ length: 10 }, () => slots.take(owner)))
  for (const place of others) {
    place[Symbol.dispose]()
    place[Symbol.dispose]()
  }
  const next = await Promise.all(Array.from({ length: 9 }, () => slots.take(owner)))
  expect(oldest?.signal.aborted).toBe(false)
  await slots.take(owner)
  expect(oldest?.signal.aborted).toBe(true)
  // It goes for good some time after its place was taken.
  oldest?.[Symbol.dispose]()
  await slots.take(owner)
  expect(next.map(({ signal }) => signal.aborted)).toEqual([true, ...Array(8).fill(false)])
})

test('a Redis that fails leaves the count to this process', async () => {
  const redis = { eval: () => Promise.reject(new Error('Connection is closed.')) }
  const slots = createStreamSlots({ redis, multiplier: 1 }, String)
  const taken = []
  for (let count = 0; count < 11; count += 1) taken.push(await slots.take({ userId: 'ada', address: null }))
  expect(taken.map(({ signal }) => signal.aborted)).toEqual([true, ...Array(10).fill(false)])
  for (const place of taken) place[Symbol.dispose]()
})
