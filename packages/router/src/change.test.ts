import type { Change } from '@taskwire/contract'
import type { SecurityEvent } from '@taskwire/domain'
import { purge } from '@taskwire/domain'
import { isTrackedEnvelope, type TrackedEnvelope } from '@trpc/server'
import { expect } from 'vitest'
import type { Services } from './services.ts'
import { test } from './testing/fixture.ts'
import {
  externalIssuer,
  externalToken,
  refusalOf,
  type TestCaller,
  type TestUser,
  testCaller,
  testServices,
  testUser,
} from './testing/index.ts'

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

/** As if it had been deleted so many days ago. */
async function age(services: Services, { user }: TestUser, days: number): Promise<void> {
  const { db } = services
  await db.$transaction(async (transaction) => {
    // Without the triggers, which would stamp it as a change.
    await transaction.$executeRaw`SET LOCAL session_replication_role = replica`
    for (const table of ['tasks', 'tags']) {
      await transaction.$executeRawUnsafe(
        `UPDATE ${table} SET deleted_at = deleted_at - make_interval(days => $1::int) WHERE user_id = $2::uuid`,
        days,
        user.id,
      )
    }
  })
}

test('without a version the list says where to begin, and from there what has changed since', async ({
  me: { caller },
}) => {
  const start = await caller.change.list()
  expect(start).toEqual({ changes: [], version: 0, hasMore: false, reset: false })

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

test('a version from the future, as after a restored backup, asks for a new start', async ({ me: { caller } }) => {
  await caller.task.create({ title: 'Write' })
  expect(await caller.change.list({ since: 2 })).toEqual({ changes: [], version: 1, hasMore: false, reset: true })
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

test('a task comes back from the trash with its tags, and a second time nothing happens', async ({
  me: { caller, client },
}) => {
  const tag = await caller.tag.create({ name: 'Home' })
  const task = await caller.task.create({ title: 'Write', tagIds: [tag.id] })
  await caller.task.delete({ id: task.id })
  const restored = await caller.task.restore({ id: task.id })
  expect(restored).toMatchObject({ id: task.id, deletedAt: null, tags: task.tags })
  expect(restored.version).toBeGreaterThan(task.version)
  expect(await caller.task.restore({ id: task.id })).toEqual(restored)
  expect(await refusalOf(client.task.restore.mutate({ id: tag.id }))).toMatchObject({ reason: 'NOT_FOUND' })
})

test('many tasks are changed at once, all or none', async ({ me: { caller, client } }) => {
  const [kept, added, removed] = await Promise.all(
    ['Kept', 'Added', 'Removed'].map((name) => caller.tag.create({ name })),
  )
  const tagIds = [kept?.id ?? '', removed?.id ?? '']
  const tasks = await Promise.all(['One', 'Two'].map((title) => caller.task.create({ title, tagIds })))
  const ids = tasks.map(({ id }) => id)
  const input = { ids, completed: true, addTagIds: [added?.id ?? ''], removeTagIds: [removed?.id ?? ''] }
  expect(await caller.task.updateMany(input)).toEqual({ count: 2 })
  for (const { completed, tags } of (await caller.task.list()).items) {
    expect({ completed, tags: tags.map(({ name }) => name) }).toEqual({ completed: true, tags: ['Added', 'Kept'] })
  }

  const { version } = await caller.change.list()
  const unknown = { ids: [...ids, kept?.id ?? ''], completed: false }
  expect(await refusalOf(client.task.updateMany.mutate(unknown))).toMatchObject({ reason: 'NOT_FOUND' })
  expect(await refusalOf(client.task.deleteMany.mutate(unknown))).toMatchObject({ reason: 'VALIDATION_FAILED' })
  expect(await refusalOf(client.task.deleteMany.mutate({ ids: unknown.ids }))).toMatchObject({ reason: 'NOT_FOUND' })
  expect(await caller.change.list()).toMatchObject({ version })

  expect(await caller.task.deleteMany({ ids })).toEqual({ count: 2 })
  expect((await caller.task.list({ deleted: true })).items).toHaveLength(2)
})

test('what was deleted long ago is purged, and who was away since has to begin anew', async ({ me: ada, services }) => {
  const { caller } = ada
  const tag = await caller.tag.create({ name: 'Gone' })
  const tagged = await caller.task.create({ title: 'Tagged', tagIds: [tag.id] })
  const task = await caller.task.create({ title: 'Gone' })
  const { version: before } = await caller.change.list()
  await caller.task.delete({ id: task.id })
  await caller.tag.delete({ id: tag.id })
  const { version } = await caller.change.list()

  await age(services, ada, 29)
  await purge(services.db, services.quotas)
  expect((await caller.task.list({ deleted: true })).items).toHaveLength(1)

  await age(services, ada, 2)
  await purge(services.db, services.quotas)
  expect((await caller.task.list({ deleted: true })).items).toEqual([])
  expect(await caller.task.get({ id: tagged.id })).toMatchObject({ version: tagged.version, tags: [] })
  expect(await caller.change.list({ since: before })).toMatchObject({ reset: true, version })
  expect(await caller.change.list({ since: version })).toMatchObject({ reset: false, changes: [] })
  expect(await caller.change.list({ since: 0 })).toMatchObject({ reset: false, changes: [{ id: tagged.id }] })
})
