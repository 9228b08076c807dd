import type { OpenDatabase } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import { beforeAll, expect, test } from 'vitest'
import { checkRowCounts } from './row-counts.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase()
})

/** A user with a task that the triggers did not see. @returns the id */
function userPastTheTriggers(email: string): Promise<string> {
  return database.client.$transaction(async (transaction) => {
    const { id: userId } = await transaction.user.create({ data: { email } })
    await transaction.$executeRaw`SET LOCAL session_replication_role = replica`
    await transaction.task.create({ data: { userId, title: 'Write' } })
    return userId
  })
}

test('counters that somebody wrote past are found, however many users there are, and the SQL that is named mends them', async () => {
  await database.client.user.createMany({
    data: Array.from({ length: 450 }, (_, index) => ({ email: `user-${index}@example.com` })),
  })
  expect(await checkRowCounts(database)).toEqual({ ok: true, says: 'those of all 450 users are right' })
  const id = await userPastTheTriggers('ada@example.com')
  expect(await checkRowCounts(database)).toEqual({
    ok: false,
    says: 'those of 1 of 451 users are wrong, so that their quotas are',
    hint: `run the SQL SELECT recount_user('${id}')`,
  })
  await userPastTheTriggers('bob@example.com')
  const { hint } = await checkRowCounts(database)
  expect(hint).toBe('run the SQL SELECT recount_user(id) FROM users')
  await database.client.$executeRawUnsafe(hint?.replace('run the SQL ', '') ?? '')
  expect(await checkRowCounts(database)).toMatchObject({ ok: true })
})
