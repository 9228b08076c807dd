import { wire } from '@taskwire/contract'
import { expect, test } from 'vitest'
import { bytesInJson } from './bytes-in-json.ts'

const texts = [
  'Write',
  'x'.repeat(10_000),
  '\u0001'.repeat(10_000),
  '😀'.repeat(5_000),
  '"\\\n'.repeat(1_000),
  'Écrire',
]

test.each(texts)('text is counted as JSON has it: %.10s', (text) => {
  expect(bytesInJson(text)).toBe(Buffer.byteLength(JSON.stringify(text)))
})

test('a page counts for about what it takes on the wire', () => {
  const now = new Date()
  const task = {
    id: crypto.randomUUID(),
    title: 'Write',
    completed: false,
    dueAt: null,
    tags: [],
    createdAt: now,
    updatedAt: now,
  }
  const page = { items: Array(100).fill(task), nextCursor: null, total: 100 }
  const sent = JSON.stringify(wire.output.serialize(page)).length
  expect(bytesInJson(page) / sent).toBeGreaterThan(0.8)
  expect(bytesInJson(page) / sent).toBeLessThan(1.3)
})
