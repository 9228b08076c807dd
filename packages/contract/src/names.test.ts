import { expect, test } from 'vitest'
import { z } from 'zod'
import { schemaNames } from './index.ts'

const { schemas } = z.toJSONSchema(schemaNames, { unrepresentable: 'any' })

test.each(Object.entries(schemas))('each field of %s says what it is', (_name, { properties = {} }) => {
  const silent = Object.entries(properties).filter(
    ([, field]) => typeof field !== 'object' || !(field.description ?? '').trim(),
  )
  expect(silent.map(([field]) => field)).toEqual([])
})

test('schemas of every kind are among them', () => {
  expect(Object.keys(schemas)).toEqual(expect.arrayContaining(['Task', 'TaskCreateInput', 'TagChange', 'AuthResult']))
})
