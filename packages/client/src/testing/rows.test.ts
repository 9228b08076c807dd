import { tagSchema, taskSchema } from '@taskwire/contract'
import { expect, test } from 'vitest'
import { aTag, aTask } from './index.ts'

test('what is made is what the server answers', () => {
  expect(taskSchema.parse(aTask({ tags: [{ id: aTag().id, name: 'Home', color: null }] }))).toBeDefined()
  expect(tagSchema.parse(aTag())).toBeDefined()
})

test('each one is another', () => {
  const rows = [aTask(), aTask(), aTag(), aTag()]
  expect(new Set(rows.map(({ id }) => id)).size).toBe(4)
  expect(new Set(rows.map(({ version }) => version)).size).toBe(4)
  const [first, second] = rows
  expect(second?.createdAt.getTime()).toBeGreaterThan(first?.createdAt.getTime() ?? Number.POSITIVE_INFINITY)
})

test('it has the fields that it is given', () => {
  const dueAt = new Date('2027-01-01')
  expect(aTask({ title: 'Write', dueAt })).toMatchObject({ title: 'Write', dueAt, completedAt: null })
  expect(aTag({ name: 'Home', color: '#ff0000' })).toMatchObject({ name: 'Home', color: '#ff0000' })
})

test('a completed task says since when', () => {
  expect(aTask({ completed: true }).completedAt).toBeInstanceOf(Date)
  const completedAt = new Date('2027-01-01')
  expect(aTask({ completed: true, completedAt }).completedAt).toBe(completedAt)
})
