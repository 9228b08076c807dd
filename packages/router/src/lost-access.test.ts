import type { ChangeBus } from '@taskwire/domain'
import { describe, expect } from 'vitest'
import { createCaller } from './app-router.ts'
import { createContext } from './context.ts'
import type { Services } from './services.ts'
import { test as base } from './testing/fixture.ts'
import { clientWith, refusalOf, type TestUser, testRequest, testServices } from './testing/index.ts'

/** Less than what a process may remember of a session without asking: whoever is refused by then, is so by a message. */
const A_MOMENT = 2_500

/** Two processes on one database, which tell each other. */
const test = base
  .extend('bus', { scope: 'file' }, (): ChangeBus => {
    const listeners: ((message: string) => void)[] = []
    return {
      publish: async (message) => {
        for (const onMessage of listeners) onMessage(message)
      },
      subscribe: (onMessage) => listeners.push(onMessage),
    }
  })
  .extend('services', { scope: 'file' }, ({ db, bus }, { onCleanup }) => serving(db, bus, onCleanup))
  .extend('elsewhere', { scope: 'file' }, ({ db, bus }, { onCleanup }) => serving(db, bus, onCleanup))

function serving(db: Services['db'], changeBus: ChangeBus, onCleanup: (close: () => Promise<void>) => void) {
  const services = testServices(db, { changeBus })
  onCleanup(() => services.close())
  return services
}

const endings: Record<string, (me: TestUser) => Promise<unknown>> = {
  'the account is deleted': ({ client, password }) => client.auth.deleteAccount.mutate({ password }),
  'the session is revoked': async ({ client }) => {
    for (const { id } of await client.session.list.query()) await client.session.revoke.mutate({ id })
  },
  'the account is deactivated': async ({ services, user }) => {
    await services.db.user.update({ where: { id: user.id }, data: { isActive: false } })
    services.identity.accessChanged(user.id)
  },
}

describe.each(Object.entries(endings))('when %s at one process', (_, end) => {
  test('the other refuses the session within a moment', async ({ me, elsewhere }) => {
    const there = clientWith(elsewhere, me.accessToken)
    await there.auth.me.query()
    await end(me)
    const refused = () => refusalOf(there.auth.me.query()).then(({ httpStatus }) => httpStatus)
    await expect.poll(refused, { timeout: A_MOMENT }).toBeGreaterThanOrEqual(401)
  })

  test('a stream at the other ends within a moment, with the reason', async ({ me, elsewhere }) => {
    const context = await createContext(elsewhere, testRequest({ bearerToken: me.accessToken }))
    const stream = await createCaller(context).change.stream({ since: 0 })
    const ended = (async () => {
      for await (const _ of stream);
    })().catch((error: Error) => ({ reason: error.message, at: performance.now() }))
    // It is open once it has looked for changes.
    await elsewhere.db.$queryRaw`SELECT 1`
    await new Promise((resolve) => setTimeout(resolve, 300))
    const endedAt = performance.now()
    await end(me)
    const outcome = await ended
    expect(outcome?.reason).toMatch(/^(SESSION_REVOKED|ACCOUNT_INACTIVE)$/)
    expect((outcome?.at ?? 0) - endedAt).toBeLessThan(A_MOMENT)
  })

  test('a request that is in the middle there is shown nothing more', async ({ me, elsewhere }) => {
    await me.caller.task.create({ title: 'Secret' })
    const context = await createContext(elsewhere, testRequest({ bearerToken: me.accessToken, batchSize: 3 }))
    const batch = createCaller(context)
    expect((await batch.task.list()).items).toHaveLength(1)
    await end(me)
    const told = () => elsewhere.identity.sessionCheck.hasForgotten(me.user.id, context.receivedAt)
    await expect.poll(told, { timeout: A_MOMENT }).toBe(true)
    await expect(batch.task.list()).rejects.toThrow()
    await expect(batch.task.create({ title: 'Late' })).rejects.toThrow()
  })
})

test('an API token that is revoked at one process is refused by the other within a moment', async ({
  me,
  elsewhere,
}) => {
  const { token, apiToken } = await me.caller.apiToken.create({ name: 'Tool', password: me.password })
  const there = clientWith(elsewhere, token)
  await there.task.list.query()
  await me.caller.apiToken.revoke({ id: apiToken.id })
  const reason = () => refusalOf(there.task.list.query()).then((refusal) => refusal.reason)
  await expect.poll(reason, { timeout: A_MOMENT }).toBe('TOKEN_INVALID')
})
