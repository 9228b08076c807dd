import { type EndedStatement, openDatabase } from '@taskwire/prisma'
import { temporaryDataDir } from '@taskwire/prisma/testing'
import { beforeEach, expect, test as plain } from 'vitest'
import type { EndedCall } from './ended-call.ts'
import { test } from './testing/fixture.ts'
import { inProcessClient, refusalOf, type TestUser, testCaller, testServices, testUser } from './testing/index.ts'

let calls: EndedCall[]
beforeEach(() => {
  calls = []
})

const callEnded = (call: EndedCall) => calls.push(call)
const asMe = ({ services, accessToken }: TestUser) => inProcessClient(services, { callEnded, bearerToken: accessToken })

test('a call is told of with its procedure, its time and who called', async ({ me }) => {
  await asMe(me).task.list.query({})
  expect(calls).toEqual([
    {
      procedure: 'task.list',
      type: 'query',
      milliseconds: expect.any(Number),
      reason: null,
      userId: me.user.id,
      cause: undefined,
    },
  ])
})

test('one that is refused is told of with its reason and its cause', async ({ me, services }) => {
  await refusalOf(asMe(me).task.get.query({ id: crypto.randomUUID() }))
  await refusalOf(inProcessClient(services, { callEnded }).task.list.query({}))
  expect(calls).toMatchObject([
    { procedure: 'task.get', reason: 'NOT_FOUND', userId: me.user.id, cause: { reason: 'NOT_FOUND' } },
    { procedure: 'task.list', reason: 'TOKEN_MISSING', userId: null },
  ])
})

test('one that is not let in is told of with whose token it was', async ({ me }) => {
  await me.services.db.session.updateMany({ where: { userId: me.user.id }, data: { revokedAt: new Date() } })
  await refusalOf(asMe(me).task.list.query({}))
  expect(calls).toMatchObject([{ procedure: 'task.list', reason: 'SESSION_REVOKED', userId: me.user.id }])
})

test('a stream is told of when it ends, once', async ({ me }) => {
  const caller = await testCaller(me.services, { callEnded, bearerToken: me.accessToken })
  await me.caller.task.create({ title: 'Write' })
  const iterator = (await caller.change.stream({ since: 0 }))[Symbol.asyncIterator]()
  await iterator.next()
  expect(calls).toEqual([])
  await iterator.return?.()
  await iterator.return?.()
  expect(calls).toMatchObject([{ procedure: 'change.stream', type: 'subscription', reason: null, userId: me.user.id }])
})

test('a stream whose reader goes before it begins is told of, and is under way no longer', async ({ me }) => {
  const reader = new AbortController()
  const answer = { mostBytes: 0, closed: reader.signal, cut: () => {} }
  const caller = await testCaller(me.services, { callEnded, bearerToken: me.accessToken, answer })
  await caller.change.stream()
  expect(calls).toEqual([])
  reader.abort()
  expect(calls).toMatchObject([{ procedure: 'change.stream', type: 'subscription', reason: null, userId: me.user.id }])
  expect([...me.services.runningCalls]).toEqual([])
})

test('a stream that ends for a reason is told of with it', async ({ me }) => {
  const caller = await testCaller(me.services, { callEnded, bearerToken: me.accessToken })
  const iterator = (await caller.change.stream())[Symbol.asyncIterator]()
  const next = iterator.next()
  await me.services.db.session.updateMany({ where: { userId: me.user.id }, data: { revokedAt: new Date() } })
  me.services.identity.sessionCheck.forget(me.user.id)
  await expect(next).rejects.toMatchObject({ reason: 'SESSION_REVOKED' })
  expect(calls).toMatchObject([{ type: 'subscription', reason: 'SESSION_REVOKED' }])
})

plain(
  'every statement of a call, and of each page of a stream, is told with its request and its procedure',
  async () => {
    using folder = await temporaryDataDir()
    const statements: EndedStatement[] = []
    await using db = await openDatabase({
      dataDir: folder.path,
      onStatement: (statement) => statements.push(statement),
    })
    const services = testServices(db.client)
    const me = await testUser(services)
    statements.length = 0
    const caller = await testCaller(services, { requestId: 'edge-1', bearerToken: me.accessToken })
    await caller.task.create({ title: 'Write' })
    const iterator = (await caller.change.stream({ since: 0 }))[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.return?.()
    const origins = new Set(statements.map(({ origin }) => `${origin?.requestId} ${origin?.procedure}`))
    expect([...origins]).toEqual(['edge-1 task.create', 'edge-1 change.stream'])
    await services.close()
  },
)
