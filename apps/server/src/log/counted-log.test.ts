import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { countedLog } from './counted-log.ts'

function counting(interval: number) {
  const lines: string[] = []
  const note = countedLog<string>({
    interval,
    first: (fact) => lines.push(fact),
    again: ({ fact, times }) => lines.push(`${fact} ${times} times more`),
    others: ({ times }) => lines.push(`others ${times} times`),
  })
  return { lines, note }
}

test('the first of a kind is told at once, and those that follow by their number', async () => {
  const { lines, note } = counting(100)
  for (let time = 0; time < 1_000; time += 1) note('a', 'A')
  note('b', 'B')
  expect(lines).toEqual(['A', 'B'])
  await expect.poll(() => lines).toEqual(['A', 'B', 'A 999 times more'])
  await sleep(400)
  // What has not happened for a while is new again.
  note('a', 'A')
  expect(lines).toEqual(['A', 'B', 'A 999 times more', 'A'])
})

test('kinds that are made up without end become one, and none of them is blamed for all', async () => {
  const { lines, note } = counting(200)
  for (let kind = 0; kind < 10_000; kind += 1) note(String(kind), String(kind))
  expect(lines).toHaveLength(501)
  await expect.poll(() => lines.slice(501)).toEqual(['others 9499 times'])
})
