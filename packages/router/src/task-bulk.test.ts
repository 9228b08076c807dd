import { MAX_TAGS_PER_TASK } from '@taskwire/contract'
import { describe, expect } from 'vitest'
import { test as base } from './testing/fixture.ts'
import { refusalOf, type TestUser, testUser } from './testing/index.ts'
import { newTasks, newTombstone } from './testing/rows.ts'

const test = base.extend('ids', ({ me }) => newTasks(me, 3))

/** All that a user can see of the tasks and tags. */
async function everythingOf({ client }: TestUser): Promise<unknown> {
  const deleted = await client.task.list.query({ deleted: true })
  return { live: await client.task.list.query(), deleted, tags: await client.tag.list.query() }
}

function tagsOf({ caller }: TestUser, count: number) {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => (await caller.tag.create({ name: `${index}` })).id),
  )
}

test('many tasks are changed at once, all or none', async ({ me: { caller, client } }) => {
  const [kept, added, removed] = await Promise.all(
    ['Kept', 'Added', 'Removed'].map((name) => caller.tag.create({ name })),
  )
  const tagIds = [kept?.id ?? '', removed?.id ?? '']
  const tasks = await Promise.all(['One', 'Two'].map((title) => caller.task.create({ title, tagIds })))
  const ids = tasks.map(({ id }) => id)
  const input = { ids, completed: true, addTagIds: [added?.id ?? ''], removeTagIds: [removed?.id ?? ''] }
  expect(await caller.task.updateMany(input)).toMatchObject({ count: 2 })
  for (const { completed, tags } of (await caller.task.list()).items) {
    expect({ completed, tags: tags.map(({ name }) => name) }).toEqual({ completed: true, tags: ['Added', 'Kept'] })
  }

  const { version } = await caller.change.list()
  const unknown = { ids: [...ids, kept?.id ?? ''], completed: false }
  expect(await refusalOf(client.task.updateMany.mutate(unknown))).toMatchObject({ reason: 'NOT_FOUND' })
  expect(await refusalOf(client.task.deleteMany.mutate(unknown))).toMatchObject({ reason: 'VALIDATION_FAILED' })
  expect(await refusalOf(client.task.deleteMany.mutate({ ids: unknown.ids }))).toMatchObject({ reason: 'NOT_FOUND' })
  expect(await caller.change.list()).toMatchObject({ version })

  expect(await caller.task.deleteMany({ ids })).toMatchObject({ count: 2 })
  expect((await caller.task.list({ deleted: true })).items).toHaveLength(2)
})

const changes: [what: string, call: (me: TestUser, ids: string[]) => Promise<unknown>][] = [
  ['a change', ({ client }, ids) => client.task.updateMany.mutate({ ids, completed: true })],
  ['a deletion', ({ client }, ids) => client.task.deleteMany.mutate({ ids })],
]

describe.each(changes)('%s of many tasks', (_, call) => {
  const missing: [what: string, id: (me: TestUser) => string | Promise<string>][] = [
    ['is no id of any', () => crypto.randomUUID()],
    ["is another user's", async ({ services }) => (await newTasks(await testUser(services), 1))[0] ?? ''],
    ['is in the trash', newTombstone],
  ]

  test.for(missing)('is refused as a whole where one %s', async ([, idOf], { me, ids }) => {
    const id = await idOf(me)
    const before = await everythingOf(me)
    for (const some of [
      [id, ...ids],
      [...ids, id],
    ]) {
      expect(await refusalOf(call(me, some))).toMatchObject({ reason: 'NOT_FOUND', httpStatus: 404 })
    }
    expect(await everythingOf(me)).toEqual(before)
  })

  test('takes an id that is repeated once, whatever its case', async ({ me, ids }) => {
    const [first = '', second = ''] = ids
    expect(await call(me, [first, second, first, second.toUpperCase()])).toMatchObject({ count: 2 })
  })

  test('is of 1 to 100 tasks', async ({ me }) => {
    const many = Array.from({ length: 101 }, () => crypto.randomUUID())
    for (const ids of [[], many]) {
      const refusal = await refusalOf(call(me, ids))
      expect(refusal).toMatchObject({ reason: 'VALIDATION_FAILED', issues: [{ path: 'ids' }] })
    }
    expect(await call(me, await newTasks(me, 100))).toMatchObject({ count: 100 })
  })

  test('leaves the other tasks as they are, and is told to whoever was away', async ({ me, ids }) => {
    const [untouched = '', ...others] = ids
    const before = await me.caller.task.get({ id: untouched })
    const { version: since } = await me.caller.change.list()
    const answer = await call(me, others)
    expect(await me.caller.task.get({ id: untouched })).toEqual(before)
    const { changes, version } = await me.caller.change.list({ since })
    expect(answer).toEqual({ count: 2, version })
    expect(changes.map((change) => change.id).sort()).toEqual(others.toSorted())
  })
})

describe('the tags of many tasks', () => {
  test('are left alone where one of those to add is missing, deleted or another user’s', async ({ me, ids }) => {
    const [kept = '', deleted = ''] = await tagsOf(me, 2)
    await me.caller.tag.delete({ id: deleted })
    await me.caller.task.updateMany({ ids, addTagIds: [kept] })
    const [foreign = ''] = await tagsOf(await testUser(me.services), 1)
    const before = await everythingOf(me)
    for (const tagId of [crypto.randomUUID(), deleted, foreign]) {
      const change = { ids, completed: true, addTagIds: [kept, tagId], removeTagIds: [kept] }
      expect(await refusalOf(me.client.task.updateMany.mutate(change))).toMatchObject({ reason: 'NOT_FOUND' })
    }
    expect(await everythingOf(me)).toEqual(before)
  })

  test('are as many as one task may have, and not one more on any of them', async ({ me, ids }) => {
    const tagIds = await tagsOf(me, MAX_TAGS_PER_TASK + 1)
    const [extra = '', ...most] = tagIds
    const [full = '', ...others] = ids
    await me.caller.task.update({ id: full, tagIds: most })
    const before = await everythingOf(me)
    const refusal = await refusalOf(me.client.task.updateMany.mutate({ ids, completed: true, addTagIds: [extra] }))
    expect(refusal).toMatchObject({
      reason: 'VALIDATION_FAILED',
      issues: [{ path: 'addTagIds', code: 'TOO_MANY_TAGS', params: { max: MAX_TAGS_PER_TASK } }],
    })
    expect(await everythingOf(me)).toEqual(before)

    const swap = { ids, addTagIds: [extra], removeTagIds: most.slice(0, 1) }
    expect(await me.caller.task.updateMany(swap)).toMatchObject({ count: 3 })
    expect((await me.caller.task.get({ id: full })).tags).toHaveLength(MAX_TAGS_PER_TASK)
    for (const id of others) expect(await me.caller.task.get({ id })).toMatchObject({ tags: [{ id: extra }] })
  })

  test('change under the version that the answer names', async ({ me, ids }) => {
    const [added = '', removed = ''] = await tagsOf(me, 2)
    await me.caller.task.updateMany({ ids, addTagIds: [removed] })
    const { version: since } = await me.caller.change.list()
    const answer = await me.caller.task.updateMany({ ids, addTagIds: [added], removeTagIds: [removed] })
    const { changes, version } = await me.caller.change.list({ since })
    expect(answer).toEqual({ count: 3, version })
    expect(changes.at(-1)).toMatchObject({ version })
  })

  test('may be added that are there, and removed that are not', async ({ me, ids }) => {
    const [there = '', absent = ''] = await tagsOf(me, 2)
    await me.caller.task.updateMany({ ids, addTagIds: [there] })
    const change = { ids, addTagIds: [there], removeTagIds: [absent, crypto.randomUUID()] }
    expect(await me.caller.task.updateMany(change)).toMatchObject({ count: 3 })
    for (const id of ids) expect(await me.caller.task.get({ id })).toMatchObject({ tags: [{ id: there }] })
  })
})
