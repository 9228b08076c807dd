import type { Change } from '@taskwire/contract'
import type { SecurityEvent } from '@taskwire/domain'
import { isTrackedEnvelope, type TrackedEnvelope } from '@trpc/server'
import { expect } from 'vitest'
import { test } from './testing/fixture.ts'
import { externalIssuer, externalToken, type TestCaller, testCaller, testServices, testUser } from './testing/index.ts'

/** A stream as a test reads it. */
async function open(caller: TestCaller, input?: { since?: number; lastEventId?: string }) {
  const stream = (await caller.change.stream(input))[Symbol.asyncIterator]()
  return {
    async next(): Promise<Change> {
      const { value, done } = await stream.next()
      if (done) throw new Error('The stream has ended')
      expect(isTrackedEnvelope(value)).toBe(true)
      // createCaller hands out what the procedure yields; the types are those of a client.
      const [id, change] = value as unknown as TrackedEnvelope<Change>
      expect(id).toBe(String(change.version))
      return change
    },
    ended: async () => (await stream.next()).done === true,
    close: () => stream.return?.(),
  }
}

test('without a version the list says where to begin, and from there what has changed since', async ({
  me: { caller },
}) => {
  const start = await caller.change.list()
  expect(start).toEqual({ changes: [], version: 0, hasMore: false, reset: false, snapshot: null })

  const tag = await caller.tag.create({ name: 'Home' })
  const task = await caller.task.create({ title: 'Write', tagIds: [tag.id] })
  const first = await caller.change.list({ since: start.version })
  expect(first.changes).toEqual([
    { type: 'tag', id: tag.id, version: tag.version, deleted: false, tag },
    { type: 'task', id: task.id, version: task.version, deleted: false, task },
  ])

  await caller.task.update({ id: task.id, title: 'Write more' })
  const latest = await caller.task.update({ id: task.id, title: 'Write all' })
  await caller.tag.delete({ id: tag.id })
  const second = await caller.change.list({ since: first.version })
  expect(second.changes).toEqual([
    { type: 'task', id: task.id, version: latest.version, deleted: false, task: { ...latest, tags: [] } },
    { type: 'tag', id: tag.id, version: second.version, deleted: true, tag: null },
  ])
  expect(await caller.change.list({ since: second.version })).toMatchObject({ changes: [], version: second.version })
})

test('many changes come in pages, each row once', async ({ me: { caller } }) => {
  const ids = []
  for (let count = 0; count < 7; count += 1) ids.push((await caller.task.create({ title: `Task ${count}` })).id)
  const seen: string[] = []
  let page = await caller.change.list({ since: 0, limit: 3 })
  for (;;) {
    seen.push(...page.changes.map(({ id }) => id))
    if (!page.hasMore) break
    page = await caller.change.list({ since: page.version, limit: 3 })
  }
  expect(seen).toEqual(ids)
})

test('whoever reads everything by pages is not sent back by what was purged before he began', async ({
  me: { caller, user },
  services,
}) => {
  for (let count = 0; count < 7; count += 1) await caller.task.create({ title: `Task ${count}` })
  await services.db.user.update({ where: { id: user.id }, data: { purgedSeq: 6 } })
  const first = await caller.change.list({ since: 0, limit: 3 })
  expect(first).toMatchObject({ version: 3, hasMore: true, snapshot: 6 })
  const second = await caller.change.list({ since: 3, snapshot: 6, limit: 3 })
  expect(second).toMatchObject({ version: 6, hasMore: true, reset: false, snapshot: 6 })
  expect(await caller.change.list({ since: 6, snapshot: 6, limit: 3 })).toMatchObject({ version: 7, snapshot: null })
  expect(await caller.change.list({ since: 3, limit: 3 })).toMatchObject({ reset: true })
  // What was purged since is not told to him: he begins anew.
  await services.db.user.update({ where: { id: user.id }, data: { purgedSeq: 7 } })
  expect(await caller.change.list({ since: 3, snapshot: 6, limit: 3 })).toMatchObject({ reset: true })
})

test('a version from the future, as after a restored backup, asks for a new start', async ({ me: { caller } }) => {
  await caller.task.create({ title: 'Write' })
  expect(await caller.change.list({ since: 2 })).toEqual({
    changes: [],
    version: 1,
    hasMore: false,
    reset: true,
    snapshot: null,
  })
  const stream = await open(caller, { since: 2 })
  expect(await stream.next()).toEqual({ type: 'reset', version: 1 })
  expect(await stream.ended()).toBe(true)
})

test('a stream tells what has changed since, and then what changes', async ({ me: { caller } }) => {
  const missed = await caller.task.create({ title: 'Missed' })
  const stream = await open(caller, { since: 0 })
  expect(await stream.next()).toMatchObject({ type: 'task', id: missed.id })

  const waiting = stream.next()
  const live = await caller.task.create({ title: 'Live' })
  expect(await waiting).toMatchObject({ type: 'task', id: live.id, task: live })
  await caller.task.delete({ id: live.id })
  expect(await stream.next()).toMatchObject({ id: live.id, deleted: true, task: null })
  await stream.close()
})

test('a stream goes on from the last version that arrived', async ({ me: { caller } }) => {
  const [first, second] = [await caller.task.create({ title: 'First' }), await caller.task.create({ title: 'Second' })]
  const stream = await open(caller, { since: 0, lastEventId: String(first.version) })
  expect(await stream.next()).toMatchObject({ id: second.id })
  await stream.close()
})

test('a stream begun without a version tells only what changes from now on', async ({ me: { caller } }) => {
  await caller.task.create({ title: 'Before' })
  const stream = await open(caller)
  const waiting = stream.next()
  const after = await caller.task.create({ title: 'After' })
  expect(await waiting).toMatchObject({ id: after.id })
  await stream.close()
})

test('a stream ends with its session, and says why', async ({ me: { caller } }) => {
  const stream = await open(caller, { since: 0 })
  const ended = stream.ended().catch((error: { cause?: unknown }) => error.cause ?? error)
  const [session] = await caller.session.list()
  await caller.session.revoke({ id: session?.id ?? '' })
  expect(await ended).toMatchObject({ reason: 'SESSION_REVOKED' })
})

test('a stream of somebody who signs in elsewhere ends with the account, which stays deleted', async ({ services }) => {
  const bridged = testServices(services.db, { externalIssuer })
  const caller = await testCaller(bridged, { bearerToken: externalToken() })
  const { id } = await caller.auth.me()
  const stream = await open(caller, { since: 0 })
  const ended = stream.ended().catch((error: { cause?: unknown }) => error.cause ?? error)
  await caller.auth.deleteAccount({})
  expect(await ended).toMatchObject({ reason: 'SESSION_REVOKED' })
  expect(await services.db.user.count({ where: { id } })).toBe(0)
  await bridged.close()
})

test('a user has ten streams: an eleventh ends the oldest, which is told when to come back', async ({ services }) => {
  const crowded = testServices(services.db, { limitStore: { redis: null, multiplier: 1 } })
  const { accessToken, user, caller } = await testUser(crowded)
  const events: SecurityEvent[] = []
  const listener = await testCaller(crowded, { bearerToken: accessToken, audit: (event) => events.push(event) })
  const { id } = await caller.task.create({ title: 'Known' })
  const streams = []
  for (let count = 0; count < 11; count += 1) {
    const stream = await open(listener, { since: 0 })
    expect(await stream.next()).toMatchObject({ id })
    streams.push(stream)
  }
  const [oldest, ...others] = streams
  await expect(oldest?.next()).rejects.toMatchObject({ reason: 'RATE_LIMITED', details: { retryAfter: 60 } })
  expect(events).toEqual([{ event: 'throttled', userId: user.id, limit: 'streams' }])
  const last = await caller.task.create({ title: 'Live' })
  for (const stream of others) {
    expect(await stream.next()).toMatchObject({ id: last.id })
    await stream.close()
  }
  await crowded.close()
})
