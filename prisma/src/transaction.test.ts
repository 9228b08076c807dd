import { beforeAll, expect, test } from 'vitest'
import type { PrismaClient } from './generated/client.ts'
import { testDatabase } from './testing/index.ts'
import { newUser } from './testing/rows.ts'
import { inTransaction } from './transaction.ts'

let client: PrismaClient
beforeAll(async () => {
  client = (await testDatabase()).client
})

test('work that fails leaves nothing', async () => {
  const userId = await newUser(client)
  const failing = inTransaction(client, async (transaction) => {
    await transaction.task.create({ data: { userId, title: 'a' } })
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await client.task.count({ where: { userId } })).toBe(0)
})

test('inside a transaction it is that transaction, not one of its own', async () => {
  await inTransaction(client, async (outer) => {
    await inTransaction(outer, async (inner) => {
      expect(inner).toBe(outer)
    })
  })
})

test('transactions that come at once all take place', async () => {
  const userId = await newUser(client)
  const titles = Array.from({ length: 20 }, (_, index) => `task ${index}`)
  await Promise.all(
    titles.map((title) => inTransaction(client, (transaction) => transaction.task.create({ data: { userId, title } }))),
  )
  const versions = (await client.task.findMany({ where: { userId } })).map(({ version }) => version)
  expect(versions.toSorted((a, b) => a - b)).toEqual(titles.map((_, index) => index + 1))
})
