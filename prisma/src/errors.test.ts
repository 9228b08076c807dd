import { beforeAll, expect, test } from 'vitest'
import { isLostConnection, isTimeout, isUnavailable } from './errors.ts'
import type { PrismaClient } from './generated/client.ts'
import { testDatabase } from './testing/index.ts'
import { newUser } from './testing/rows.ts'

let client: PrismaClient
beforeAll(async () => {
  client = (await testDatabase()).client
})

const WORDS = 'ECONNREFUSED ECONNRESET 57P01 57014 Connection terminated, Query read timeout'

test('what a user wrote never decides what went wrong', async () => {
  const userId = await newUser(client)
  // PostgreSQL quotes the refused row in its error.
  const refused = client.task.create({ data: { userId, title: WORDS, description: 'x'.repeat(10_001) } })
  const error: unknown = await refused.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Error)
  expect([isLostConnection(error), isUnavailable(error), isTimeout(error)]).toEqual([false, false, false])
})

test.each([undefined, null, WORDS, new Error('Cannot read properties of undefined')])(
  '%s is no failure of the database',
  (error) => {
    expect([isLostConnection(error), isUnavailable(error), isTimeout(error)]).toEqual([false, false, false])
  },
)

test("the driver's words count where there is no code", () => {
  expect(isLostConnection(new Error('Connection terminated unexpectedly'))).toBe(true)
  expect(isUnavailable(new Error('Connection terminated unexpectedly'))).toBe(true)
  expect(isUnavailable(new Error('Query read timeout'))).toBe(true)
  expect(isTimeout(new Error('Query read timeout'))).toBe(false)
})

test('a connection that was never made is unavailable, not lost', () => {
  const error = new Error('Connection terminated due to connection timeout')
  expect(isLostConnection(error)).toBe(false)
  expect(isUnavailable(error)).toBe(true)
})
