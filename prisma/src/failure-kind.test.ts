import { describe, expect, test } from 'vitest'
import { describeFailure } from './failure-kind.ts'
import { failureOf } from './testing/failure-of.ts'
import { testDatabase } from './testing/index.ts'
import { newUser } from './testing/rows.ts'

test.each([
  ['ECONNREFUSED', 'unreachable'],
  ['57P03', 'unreachable'],
  ['57P01', 'connectionLost'],
  ['28P01', 'accessRefused'],
  ['25006', 'readOnly'],
  ['53100', 'diskFull'],
  ['53200', 'memoryUsedUp'],
  ['55P03', 'lockTimeout'],
  ['57014', 'statementTimeout'],
  ['40P01', 'writeConflict'],
  ['P2024', 'poolExhausted'],
  ['P2028', 'transactionTimeout'],
  ['22P02', null],
])('%s is told as %s', (code, kind) => {
  expect(describeFailure(Object.assign(new Error('As asked'), { code }))).toEqual({ kind, code, message: 'As asked' })
})

test('a transaction that was never begun for want of a connection is not told as one that took too long', () => {
  const message = 'Transaction API error: Unable to start a transaction in the given time.'
  const error = Object.assign(new Error(message), { code: 'P2028' })
  expect(describeFailure(error)).toMatchObject({ kind: 'poolExhausted' })
})

test('a statement that nobody answers is told as such, and not as one that took too long', () => {
  expect(describeFailure(new Error('Query read timeout'))).toMatchObject({ kind: 'unanswered' })
})

test('a server that cannot be reached is told in the driver’s words, not in those around them', () => {
  const message =
    '\nInvalid `prisma.$queryRaw()` invocation:\n\n\nRaw query failed. Code: `N/A`. Message: `No server at 127.0.0.1:1`'
  const error = Object.assign(new Error(message), {
    code: 'P2010',
    meta: { driverAdapterError: { cause: { kind: 'DatabaseNotReachable' } } },
  })
  expect(describeFailure(error)).toEqual({
    kind: 'unreachable',
    code: 'DatabaseNotReachable',
    message: 'No server at 127.0.0.1:1',
  })
})

describe('of what a user wrote nothing is told', () => {
  test.each(['nonsense', 'a"b canary', 'a\ncanary"\ncanary'])('where PostgreSQL cannot read it: %j', async (value) => {
    const { client } = await testDatabase()
    const error = await failureOf(client.$queryRaw`SELECT ${value}::uuid`)
    expect(describeFailure(error)).toEqual({
      kind: null,
      code: '22P02',
      message: 'invalid input syntax for type uuid: "…"',
    })
  })

  test('where a constraint refuses it', async () => {
    const { client } = await testDatabase()
    const id = await newUser(client)
    const { email } = await client.user.findUniqueOrThrow({ where: { id } })
    const again = await failureOf(client.user.create({ data: { email } }))
    const raw = await failureOf(
      client.$executeRaw`INSERT INTO users (id, email, updated_at) VALUES (${crypto.randomUUID()}::uuid, ${email}, now())`,
    )
    const tooLong = await failureOf(
      client.task.create({ data: { userId: id, id: crypto.randomUUID(), title: 'canary '.repeat(99) } }),
    )
    for (const error of [again, raw, tooLong]) {
      const told = describeFailure(error)
      expect(told.message).toMatch(/violates|constraint/i)
      expect(JSON.stringify(told)).not.toMatch(/canary|@/)
    }
  })
})
