import { test as base } from 'vitest'
import { testDatabase } from './index.ts'
import { newUser } from './rows.ts'

/**
 * `test` for a suite about what the database does with the rows of a user. The fixtures:
 *
 * - `client`: of an empty database, one for the file
 * - `userId`: a user, new for each test
 * - `changeSeq`: reads how many changes the database has counted of that user
 */
export const test = base
  .extend('client', { scope: 'file' }, async () => (await testDatabase()).client)
  .extend('userId', ({ client }) => newUser(client))
  .extend('changeSeq', ({ client, userId }) => async () => {
    const { changeSeq } = await client.user.findUniqueOrThrow({ where: { id: userId } })
    return changeSeq
  })
