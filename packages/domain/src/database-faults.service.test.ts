import { randomUUID } from 'node:crypto'
import { inTransaction, type OpenDatabase, type Prisma } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import { beforeAll, expect, test } from 'vitest'
import { toDomainError } from './database-faults.ts'
import { lockUser } from './lock-user.ts'

let client: OpenDatabase['client']
beforeAll(async () => {
  client = (await testDatabase()).client
})

async function newUser(): Promise<string> {
  return (await client.user.create({ data: { email: `${randomUUID()}@example.com` } })).id
}

async function faultOf(work: Promise<unknown>): Promise<unknown> {
  return toDomainError(
    await work.then(
      () => 'no error',
      (error: unknown) => error,
    ),
  )
}

/** Two transactions of raw SQL, each of which locks what the other waits for. */
function deadlock([first, second]: [string, string], run: typeof inTransaction): Promise<PromiseSettledResult<void>[]> {
  let meet = () => {}
  const meeting = new Promise<void>((resolve) => {
    meet = resolve
  })
  let holding = 0
  const lockBoth = async (transaction: Prisma.TransactionClient, ids: [string, string]) => {
    await lockUser(transaction, ids[0])
    holding += 1
    if (holding >= 2) meet()
    await meeting
    await lockUser(transaction, ids[1])
  }
  return Promise.allSettled([
    run(client, (transaction) => lockBoth(transaction, [first, second])),
    run(client, (transaction) => lockBoth(transaction, [second, first])),
  ])
}

test('a deadlock of raw SQL is no fault of ours: it passes', async () => {
  const results = await deadlock([await newUser(), await newUser()], (_, work) => client.$transaction(work))
  const lost = results.filter((result) => result.status === 'rejected')
  expect(lost).toHaveLength(1)
  expect(toDomainError(lost[0]?.reason)).toMatchObject({ reason: 'UNAVAILABLE', details: { retryAfter: 1 } })
})

test('a transaction of raw SQL that loses a deadlock is run again', async () => {
  const results = await deadlock([await newUser(), await newUser()], inTransaction)
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
})

test('a statement that takes too long is a TIMEOUT', async () => {
  const slow = client.$transaction([
    client.$executeRaw`SET LOCAL statement_timeout = 50`,
    client.$queryRaw`SELECT pg_sleep(5)::text`,
  ])
  expect(await faultOf(slow)).toMatchObject({ reason: 'TIMEOUT' })
})

test('what refers to a user who is gone comes from a session that has ended', async () => {
  const insert = client.$executeRaw`
    INSERT INTO tasks (user_id, id, title) VALUES (${randomUUID()}::uuid, gen_random_uuid(), 'x')`
  expect(await faultOf(insert)).toMatchObject({ reason: 'SESSION_REVOKED' })
})

test('anything else that the database refuses is a fault of ours', async () => {
  const userId = await newUser()
  expect(await faultOf(client.task.create({ data: { userId, title: '' } }))).toBeNull()
  expect(await faultOf(client.$queryRaw`SELECT 1 / 0`)).toBeNull()
})
