import { purge } from '@taskwire/domain'
import { expect } from 'vitest'
import { testWith } from './testing/fixture.ts'
import { internalCaller } from './testing/index.ts'
import { countsOf } from './testing/rows.ts'

const test = testWith({ quotas: { maxTasks: 10, maxTags: 10 } })

/** Makes 50 calls at once. @returns the reasons of those that failed */
async function race(call: (index: number) => Promise<unknown>): Promise<unknown[]> {
  const results = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => call(index)))
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
}

const noMore = { data: { reason: 'QUOTA_REACHED', limit: 10 } }

test('of 50 creates where there is room for one, one is made', async ({ me, services }) => {
  for (let made = 0; made < 9; made += 1) await me.caller.task.create({ title: 'x' })
  const refused = await race((index) => me.client.task.create.mutate({ title: String(index) }))
  expect(refused).toHaveLength(49)
  for (const error of refused) expect(error).toMatchObject(noMore)
  expect(await services.db.task.count({ where: { userId: me.user.id } })).toBe(10)
  expect(await countsOf(me)).toMatchObject({ liveTasks: 10, deletedTasks: 0 })
})

test('of 50 restores where there is room for one, one is made', async ({ me }) => {
  const ids: string[] = []
  for (let made = 0; made < 50; made += 1) {
    const { id } = await me.caller.task.create({ title: 'x' })
    await me.caller.task.delete({ id })
    ids.push(id)
  }
  for (let made = 0; made < 9; made += 1) await me.caller.task.create({ title: 'x' })
  const refused = await race((index) => me.client.task.restore.mutate({ id: ids[index] ?? '' }))
  expect(refused).toHaveLength(49)
  for (const error of refused) expect(error).toMatchObject(noMore)
  expect(await countsOf(me)).toMatchObject({ liveTasks: 10, deletedTasks: 49 })
})

test('a task that is restored while it is deleted again is never one too many where there is room', async ({ me }) => {
  const { id } = await me.caller.task.create({ title: 'x' })
  for (let round = 0; round < 10; round += 1) {
    const verbs = [me.client.task.delete.mutate, me.client.task.restore.mutate]
    for (const error of await race(async (index) => verbs[index % 2]?.({ id }))) {
      expect(error).toMatchObject({ data: { reason: 'NOT_FOUND' } })
    }
  }
})

test('of 50 new tags where there is room for one, one is made', async ({ me }) => {
  for (let made = 0; made < 9; made += 1) await me.caller.tag.create({ name: `tag ${made}` })
  const refused = await race((index) => me.client.tag.create.mutate({ name: String(index) }))
  expect(refused).toHaveLength(49)
  for (const error of refused) expect(error).toMatchObject(noMore)
  expect(await countsOf(me)).toMatchObject({ liveTags: 10, deletedTags: 0 })
})

test('of 50 new API tokens where there is room for one, one is made', async ({ me, services }) => {
  const { apiToken } = internalCaller(services, me.user.id)
  for (let made = 0; made < 49; made += 1) await apiToken.create({ name: 'Tool' })
  expect(await race(() => apiToken.create({ name: 'Tool' }))).toHaveLength(49)
  expect(await apiToken.list()).toHaveLength(50)
})

test('creates, deletes, restores and purges at once leave the counters right, and wait for nobody in a circle', async ({
  me,
  services,
}) => {
  const ids: string[] = []
  for (let made = 0; made < 8; made += 1) ids.push((await me.caller.task.create({ title: 'x' })).id)
  const id = (index: number) => ids[index % ids.length] ?? ''
  const calls = [
    (index: number) => me.client.task.delete.mutate({ id: id(index) }),
    (index: number) => me.client.task.restore.mutate({ id: id(index) }),
    (index: number) => me.client.task.create.mutate({ title: String(index) }),
    (index: number) => me.client.task.deleteMany.mutate({ ids: [id(index), id(index + 3)] }),
    (index: number) => me.client.tag.create.mutate({ name: String(index) }),
    () => purge(services.db, { maxTasks: 2, maxTags: 2 }),
  ]
  for (let round = 0; round < 4; round += 1) {
    for (const error of await race(async (index) => calls[index % calls.length]?.(index))) {
      expect(error).toMatchObject({
        data: { reason: expect.stringMatching(/^(NOT_FOUND|QUOTA_REACHED|TAG_NAME_TAKEN)$/) },
      })
    }
  }
  const of = (deleted: boolean) => ({ userId: me.user.id, deletedAt: deleted ? { not: null } : null })
  expect(await countsOf(me)).toEqual({
    liveTasks: await services.db.task.count({ where: of(false) }),
    deletedTasks: await services.db.task.count({ where: of(true) }),
    liveTags: await services.db.tag.count({ where: of(false) }),
    deletedTags: await services.db.tag.count({ where: of(true) }),
  })
})
