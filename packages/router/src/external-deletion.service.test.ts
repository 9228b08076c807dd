import { deleteAccount } from '@taskwire/domain'
import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { externalIssuer, externalToken, inProcessClient, testServices } from './testing/index.ts'

/** More than the pool has connections, so that deletions and first calls meet. */
const CALLS = 30
const ROUNDS = 10

let services: ReturnType<typeof testServices>
beforeAll(async () => {
  services = testServices((await testDatabase()).client, { externalIssuer })
})
afterAll(() => services.close())

test('calls that race with the deletion of their account do not make it anew', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const subject = crypto.randomUUID()
    const client = () => inProcessClient(services, { bearerToken: externalToken({ claims: { sub: subject } }) })
    await client().auth.me.query()
    const calls = Array.from({ length: CALLS }, (_, index) =>
      index === CALLS / 2 ? client().auth.deleteAccount.mutate({}) : client().task.create.mutate({ title: 'x' }),
    )
    const results = await Promise.allSettled(calls)
    expect(results[CALLS / 2]?.status).toBe('fulfilled')
    expect(await services.db.externalIdentity.count({ where: { subject } })).toBe(0)
  }
  expect(await services.db.user.count()).toBe(0)
  expect(await services.db.externalDeletion.count()).toBe(ROUNDS)
})

test('an account that is made and deleted while another call is about to make it stays deleted', async () => {
  const { db } = services
  const subject = crypto.randomUUID()
  const identity = { issuer: externalIssuer.issuer, subject }
  const email = () => `${crypto.randomUUID()}@example.com`
  const late = await db.$transaction(async (transaction) => {
    const { id } = await transaction.user.create({ data: { email: email() } })
    await transaction.externalIdentity.create({ data: { ...identity, userId: id } })
    const claims = { sub: subject, email: email() }
    const call = Promise.allSettled([
      inProcessClient(services, { bearerToken: externalToken({ claims }) }).auth.me.query(),
    ])
    await vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 4_000 })
    const caller = { kind: 'external' as const, userId: id, tokenExpiresAt: new Date(Date.now() + 60_000) }
    await deleteAccount(transaction, { ...services, audit: () => {} }, { caller })
    return { call }
  })
  expect(await late.call).toMatchObject([{ status: 'rejected' }])
  expect(await db.externalIdentity.count({ where: { subject } })).toBe(0)
  expect(await db.user.count()).toBe(0)
})

/** How many transactions of this database wait for another one. */
async function waiting(): Promise<number> {
  const [counted] = await services.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  return counted?.count ?? 0
}
