import { deleteAccount } from '@taskwire/domain'
import { expect, vi } from 'vitest'
import type { Services } from './services.ts'
import { testWith } from './testing/fixture.ts'
import { externalIssuer, externalToken, inProcessClient } from './testing/index.ts'

const test = testWith({ externalIssuer })

/** More than the pool has connections, so that deletions and first calls meet. */
const CALLS = 30
const ROUNDS = 10

test('calls that race with the deletion of their account do not make it anew', async ({ services }) => {
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

test('an account that is made and deleted while another call is about to make it stays deleted', async ({
  services,
}) => {
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
    await vi.waitFor(async () => expect(await waiting(services)).toBe(1), { timeout: 4_000 })
    const caller = { kind: 'external' as const, userId: id, tokenExpiresAt: new Date(Date.now() + 60_000) }
    await deleteAccount(transaction, { ...services.identity, audit: () => {} }, { caller })
    return { call }
  })
  expect(await late.call).toMatchObject([{ status: 'rejected' }])
  expect(await db.externalIdentity.count({ where: { subject } })).toBe(0)
  expect(await db.user.count()).toBe(0)
})

/** How many transactions of this database wait for another one. */
async function waiting(services: Services): Promise<number> {
  const [counted] = await services.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  return counted?.count ?? 0
}
