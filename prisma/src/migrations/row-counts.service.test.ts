import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { freshDatabase } from '../testing/index.ts'
import { newTask, newUser } from '../testing/rows.ts'

test('rows are counted while somebody writes, first to the user and then to a task', async () => {
  await using database = await freshDatabase()
  const { client, migrations } = database
  const userId = await newUser(client)
  const taskId = await newTask(client, userId)
  const { applied } = await migrations.status()
  await migrations.down({ count: applied.length - applied.findIndex(({ name }) => name.endsWith('_row_counts')) })

  const writing = client.$transaction(async (transaction) => {
    await transaction.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`
    await sleep(1_200)
    await transaction.$executeRaw`UPDATE tasks SET title = 'Bulk' WHERE user_id = ${userId}::uuid AND id = ${taskId}::uuid`
  })
  await sleep(200)
  await migrations.up()
  await writing
  const counters = { liveTasks: true, deletedTasks: true }
  expect(await client.user.findUniqueOrThrow({ where: { id: userId }, select: counters })).toEqual({
    liveTasks: 1,
    deletedTasks: 0,
  })
})
