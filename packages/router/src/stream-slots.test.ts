import { expect, test } from 'vitest'
import { createStreamSlots } from './stream-slots.ts'

test('a user has 3 streams, an address 200, and a multiplier multiplies both', () => {
  for (const multiplier of [1, 2]) {
    const slots = createStreamSlots({ multiplier })
    const take = (userId: string, address: string | null) => () => slots.take({ userId, address })
    for (let count = 0; count < 3 * multiplier; count += 1) take('ada', null)()
    expect(take('ada', null)).toThrow(expect.objectContaining({ reason: 'RATE_LIMITED', details: { retryAfter: 10 } }))
    for (let count = 0; count < 200 * multiplier; count += 1) take(`user ${count}`, '192.0.2.1')()
    expect(take('eve', '192.0.2.1')).toThrow(expect.objectContaining({ reason: 'RATE_LIMITED' }))
    expect(take('eve', '192.0.2.2')).not.toThrow()
  }
})

test('a place that is left is free, and who was refused has taken none', () => {
  const slots = createStreamSlots({ multiplier: 1 })
  const owner = { userId: 'ada', address: '192.0.2.1' }
  const places = [slots.take(owner), slots.take(owner), slots.take(owner)]
  for (let count = 0; count < 5; count += 1) expect(() => slots.take(owner)).toThrow()
  for (const place of places) place[Symbol.dispose]()
  for (let count = 0; count < 3; count += 1) slots.take(owner)
  expect(() => slots.take(owner)).toThrow()
})
