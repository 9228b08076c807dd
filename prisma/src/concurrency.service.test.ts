import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenDatabase } from './driver.ts'
import type { PrismaClient } from './generated/client.ts'
import { openDatabase } from './open-database.ts'
import { newTag, newTask, newUser } from './testing/rows.ts'
import { freshServerUrl } from './testing/server-url.ts'
import { inTransaction } from './transaction.ts'

let database: OpenDatabase
let client: PrismaClient
beforeAll(async () => {
  database = await openDatabase({ url: await freshServerUrl(), dataDir: '' })
  client = database.client
})
afterAll(() => database.close())

test('versions rise strictly in the order of commits', async () => {
  const userId = await newUser(client)
  const committed: number[] = []
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const { version } = await client.task.create({ data: { userId, title: `task ${index}` } })
      committed.push(version)
    }),
  )
  expect(committed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))

  // A reader that has seen version n has seen every version below it.
  const tasks = await client.task.findMany({ where: { userId }, orderBy: { version: 'asc' } })
  let writing = true
  const writes = Promise.all(
    tasks.map(({ id }) => client.task.update({ where: { userId_id: { userId, id } }, data: { completed: true } })),
  ).finally(() => {
    writing = false
  })
  while (writing) {
    const [seen] = await client.$queryRaw<{ gap: boolean }[]>`
      SELECT count(*) FILTER (WHERE version > 50) <> max(change_seq) - 50 AS gap
      FROM tasks JOIN users ON users.id = user_id WHERE user_id = ${userId}::uuid`
    expect(seen?.gap).toBe(false)
  }
  await writes
})

test('of 50 updates that expect one version, one wins', async () => {
  const userId = await newUser(client)
  const id = await newTask(client, userId)
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      client.task.updateMany({ where: { userId, id, version: 1 }, data: { title: `winner ${index}` } }),
    ),
  )
  expect(results.filter(({ count }) => count === 1)).toHaveLength(1)
  expect((await client.user.findUniqueOrThrow({ where: { id: userId } })).changeSeq).toBe(2)
})

test('of 50 creates with one id, one wins', async () => {
  const userId = await newUser(client)
  const id = await newTask(client, userId)
  await client.task.delete({ where: { userId_id: { userId, id } } })
  const results = await Promise.all(
    Array.from({ length: 50 }, () =>
      client.task.createMany({ data: [{ userId, id, title: 'a' }], skipDuplicates: true }),
    ),
  )
  expect(results.filter(({ count }) => count === 1)).toHaveLength(1)
})

test('a transaction that loses a deadlock is run again', async () => {
  const [first, second] = [await newUser(client), await newUser(client)]
  let attempts = 0
  let bothHold: () => void = () => {}
  const meeting = new Promise<void>((resolve) => {
    bothHold = resolve
  })
  const deactivate = (ids: string[]) =>
    inTransaction(client, async (transaction) => {
      attempts += 1
      for (const [index, id] of ids.entries()) {
        await transaction.user.update({ where: { id }, data: { isActive: false } })
        if (index > 0) continue
        if (attempts === 2) bothHold()
        await meeting
      }
    })
  await Promise.all([deactivate([first, second]), deactivate([second, first])])
  expect(attempts).toBe(3)
  expect(await client.user.count({ where: { id: { in: [first, second] }, isActive: false } })).toBe(2)
})

test('statements that touch several of a user’s rows, the user locked first, never deadlock', async () => {
  const userId = await newUser(client)
  const taskIds = await Promise.all(Array.from({ length: 8 }, () => newTask(client, userId)))
  const tagId = await newTag(client, userId)
  const lockUser = (transaction: Pick<PrismaClient, '$queryRaw'>) =>
    transaction.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`
  const rounds = Array.from({ length: 20 }, (_, round) => round)
  await Promise.all(
    rounds.map((round) =>
      client.$transaction(async (transaction) => {
        await lockUser(transaction)
        const order = round % 2 === 0 ? taskIds : taskIds.toReversed()
        for (const id of order) {
          await transaction.task.update({ where: { userId_id: { userId, id } }, data: { completed: round % 3 === 0 } })
        }
        await transaction.taskTag.deleteMany({ where: { userId } })
        await transaction.taskTag.createMany({ data: order.map((taskId) => ({ userId, taskId, tagId })) })
      }),
    ),
  )
  expect(await client.taskTag.count({ where: { userId } })).toBe(8)
})
