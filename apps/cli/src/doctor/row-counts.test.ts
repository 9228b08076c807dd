import type { OpenDatabase } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import { beforeAll, expect, test } from 'vitest'
import { checkRowCounts } from './row-counts.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase()
})

const check = (patience?: number) => checkRowCounts({ database, thorough: false, progress: () => {} }, patience)

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
  expect(await check()).toEqual({ grade: 'ok', says: 'those of all 450 users are right' })
  const id = await userPastTheTriggers('ada@example.com')
  expect(await check()).toEqual({
    grade: 'FAIL',
    says: 'those of 1 of all 451 users are wrong, so that their quotas are',
    hint: `run the SQL SELECT recount_user('${id}')`,
  })
  await userPastTheTriggers('bob@example.com')
  const { hint } = await check()
  expect(hint).toBe('run the SQL SELECT recount_user(id) FROM users')
  await database.client.$executeRawUnsafe(hint?.replace('run the SQL ', '') ?? '')
  expect(await check()).toMatchObject({ grade: 'ok' })
})

test('only some users are counted where there are many, unless all are asked for', async () => {
  expect(await check(0)).toEqual({
    grade: 'ok',
    says: 'those of the first 20 users are right',
    hint: 'count all by --thorough',
  })
  const thorough = await checkRowCounts({ database, thorough: true, progress: () => {} }, 0)
  expect(thorough).toEqual({ grade: 'ok', says: 'those of all 452 users are right' })
})
