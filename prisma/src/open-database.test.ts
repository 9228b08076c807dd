import { beforeAll, expect, test } from 'vitest'
import type { OpenDatabase } from './driver.ts'
import { testDatabase } from './testing/index.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase()
})

test('ping measures the round trip in milliseconds', async () => {
  expect(await database.ping()).toBeGreaterThan(0)
})
