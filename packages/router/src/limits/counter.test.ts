import { expect, test } from 'vitest'
import { createCounter } from './counter.ts'

test('a process remembers so many who are counted, and forgets first who was counted longest ago', async () => {
  const counter = createCounter({ redis: null, multiplier: 1 }, { name: 'test', points: 1, seconds: 86_400 })
  const consume = (name: string) =>
    counter.consume(name).then(
      ({ consumedPoints }) => consumedPoints,
      () => 'refused',
    )
  for (const name of ['rare', 'frequent']) expect(await consume(name)).toBe(1)
  for (let count = 0; count < 30_000; count += 1) {
    await consume(`made-up-${count}@example.com`)
    if (count % 1_000 === 0) expect(await consume('frequent')).toBe('refused')
  }
  expect(await consume('frequent')).toBe('refused')
  expect(await consume('rare')).toBe(1)
})
