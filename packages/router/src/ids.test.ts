import { describe, expect } from 'vitest'
import { createCaller } from './app-router.ts'
import { test } from './testing/fixture.ts'
import { internalContext, testCaller } from './testing/index.ts'

describe('an id in capitals is the same id', () => {
  test('to an internal tool: the streams of its user hear of what it does', async ({ me, services }) => {
    const context = internalContext(services, me.user.id.toUpperCase())
    expect(await context.findCaller()).toEqual({ kind: 'internal', userId: me.user.id })

    const announced: string[] = []
    const changes = { ...services.changes, announce: (userId: string) => announced.push(userId) }
    await createCaller({ ...context, changes }).task.create({ title: 'By a tool' })
    expect(announced).toEqual([me.user.id])
  })

  test('in a token: its session is the current one, and ends with it', async ({ me, services }) => {
    const { userId, sessionId, generation } = services.identity.tokens.verifyAccess(me.accessToken)
    const { token } = services.identity.tokens.signAccess({
      userId: userId.toUpperCase(),
      sessionId: sessionId.toUpperCase(),
      generation,
    })
    expect(services.identity.tokens.verifyAccess(token)).toMatchObject({ userId, sessionId })
    const caller = await testCaller(services, { bearerToken: token })
    expect(await caller.session.list()).toMatchObject([{ id: sessionId, current: true }])
  })

  test('in a cursor', async ({ me }) => {
    for (const title of ['One', 'Two']) await me.caller.task.create({ title })
    const { nextCursor } = await me.caller.task.list({ limit: 1 })
    const [list, key, id] = JSON.parse(Buffer.from(nextCursor ?? '', 'base64url').toString())
    const inCapitals = Buffer.from(JSON.stringify([list, key, id.toUpperCase()])).toString('base64url')
    expect(await me.client.task.list.query({ cursor: inCapitals })).toEqual(
      await me.client.task.list.query({ cursor: nextCursor }),
    )
  })
})

test.for(['', 'admin', '0199a5f0', '0199a5f0-7b1c-7d2e-8f3a-4b5c6d7e8f90\n'])(
  '%j is no id, for a tool either',
  (text, { services }) => {
    expect(() => internalContext(services, text)).toThrow(TypeError)
  },
)
