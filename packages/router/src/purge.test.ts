import { countPurgeable, purge } from '@taskwire/domain'
import { expect } from 'vitest'
import { testWith } from './testing/fixture.ts'
import { type TestUser, testSession, testUser } from './testing/index.ts'
import { countsOf, newTasks, newTombstone } from './testing/rows.ts'

const test = testWith({ quotas: { maxTasks: 3, maxTags: 2 } })

/** As if it had been deleted so many days ago. */
async function age({ services, user }: TestUser, days: number): Promise<void> {
  await services.db.$transaction(async (transaction) => {
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

test('what was deleted long ago is purged, and who was away since has to begin anew', async ({ me: ada, services }) => {
  const { caller } = ada
  const tag = await caller.tag.create({ name: 'Gone' })
  const tagged = await caller.task.create({ title: 'Tagged', tagIds: [tag.id] })
  const task = await caller.task.create({ title: 'Gone' })
  const { version: before } = await caller.change.list()
  await caller.task.delete({ id: task.id })
  await caller.tag.delete({ id: tag.id })
  const { version } = await caller.change.list()

  await age(ada, 29)
  await purge(services.db, services.quotas)
  expect((await caller.task.list({ deleted: true })).items).toHaveLength(1)

  await age(ada, 2)
  await purge(services.db, services.quotas)
  expect((await caller.task.list({ deleted: true })).items).toEqual([])
  expect(await caller.task.get({ id: tagged.id })).toMatchObject({ version: tagged.version, tags: [] })
  expect(await caller.change.list({ since: before })).toMatchObject({ reset: true, version })
  expect(await caller.change.list({ since: version })).toMatchObject({ reset: false, changes: [] })
  expect(await caller.change.list({ since: 0 })).toMatchObject({ reset: false, changes: [{ id: tagged.id }] })
})

test('of what a user deletes no more is kept than may be live: the oldest goes, and who was away begins anew', async ({
  me,
  services,
}) => {
  const bystander = await testUser(services)
  await newTombstone(bystander)
  const { version: before } = await me.caller.change.list()
  const gone: string[] = []
  for (let round = 0; round < 8; round += 1) {
    gone.push(await newTombstone(me))
  }
  for (const name of ['a', 'b', 'c']) await me.caller.tag.delete({ id: (await me.caller.tag.create({ name })).id })
  await newTasks(me, 2)
  const { version } = await me.caller.change.list()

  expect(await countPurgeable(services.db, services.quotas)).toMatchObject({ tasks: 5, tags: 1 })
  expect(await purge(services.db, services.quotas)).toMatchObject({ tasks: 5, tags: 1 })
  const { items } = await me.caller.task.list({ deleted: true, sort: 'createdAt', order: 'asc' })
  expect(items.map(({ id }) => id)).toEqual(gone.slice(5))
  expect(await countsOf(me)).toEqual({ liveTasks: 2, deletedTasks: 3, liveTags: 0, deletedTags: 2 })
  expect(await me.caller.change.list({ since: before + 1 })).toMatchObject({ reset: true, version })
  expect(await me.caller.change.list({ since: version })).toMatchObject({ reset: false, changes: [] })
  expect(await purge(services.db, services.quotas)).toMatchObject({ tasks: 0, tags: 0 })
  expect((await bystander.caller.task.list({ deleted: true })).items).toHaveLength(1)
})

test('what is live, whatever its age, and what was deleted within 30 days is spared', async ({ me, services }) => {
  const tag = await me.caller.tag.create({ name: 'Kept' })
  const [live = ''] = await newTasks(me, 1)
  const trashed = await newTombstone(me)
  await services.db.$executeRaw`
    UPDATE tasks SET created_at = created_at - interval '1 year', due_at = clock_timestamp() - interval '1 year'
    WHERE user_id = ${me.user.id}::uuid`
  await age(me, 29)
  const { version: since } = await me.caller.change.list()
  expect(await purge(services.db, services.quotas)).toMatchObject({ tasks: 0, tags: 0 })
  expect(await countsOf(me)).toEqual({ liveTasks: 1, deletedTasks: 1, liveTags: 1, deletedTags: 0 })
  expect((await me.caller.task.list()).items).toMatchObject([{ id: live }])
  expect((await me.caller.task.list({ deleted: true })).items).toMatchObject([{ id: trashed }])
  expect(await me.caller.tag.list()).toMatchObject([{ id: tag.id }])
  expect(await me.caller.change.list({ since })).toMatchObject({ reset: false, changes: [], version: since })
})

test('more than a batch of old tombstones goes, of every user, and the counters are right after it', async ({
  me,
  services,
}) => {
  const other = await testUser(services)
  for (const { user } of [me, other]) {
    await services.db.$transaction([
      services.db.$executeRaw`SET LOCAL session_replication_role = replica`,
      services.db.$executeRaw`
        INSERT INTO tasks (user_id, id, title, version, deleted_at)
        SELECT ${user.id}::uuid, gen_random_uuid(), 'x', n, clock_timestamp() - interval '31 days'
        FROM generate_series(1, 700) AS n`,
      services.db.$executeRaw`UPDATE users SET change_seq = 700 WHERE id = ${user.id}::uuid`,
      services.db.$queryRaw`SELECT recount_user(${user.id}::uuid)::text`,
    ])
  }
  expect(await countsOf(me)).toMatchObject({ deletedTasks: 700 })
  expect(await purge(services.db, { maxTasks: 1_000, maxTags: 1_000 })).toMatchObject({ tasks: 1_400 })
  for (const user of [me, other]) expect(await countsOf(user)).toMatchObject({ liveTasks: 0, deletedTasks: 0 })
})

test('sessions and API tokens go 7 days after their end, and those that work or ended lately stay', async ({
  me,
  services,
}) => {
  const { db } = services
  const userId = me.user.id
  const newToken = async () => (await me.caller.apiToken.create({ name: 'Tool', password: me.password })).apiToken.id
  const tokens = [await newToken(), await newToken(), await newToken(), await newToken(), await newToken()]
  const sessions: string[] = []
  for (let made = 0; made < 4; made += 1) {
    const { refreshToken } = await testSession(services, userId)
    sessions.push(services.identity.tokens.verifyRefresh(refreshToken).sessionId)
  }
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000)
  const [revokedLongAgo, revokedLately, idleLongAgo, idleLately] = sessions
  await db.session.updateMany({ where: { id: revokedLongAgo }, data: { revokedAt: ago(7.1) } })
  await db.session.updateMany({ where: { id: revokedLately }, data: { revokedAt: ago(6.9) } })
  await db.session.updateMany({ where: { id: idleLongAgo }, data: { idleExpiresAt: ago(7.1) } })
  await db.session.updateMany({ where: { id: idleLately }, data: { idleExpiresAt: ago(6.9) } })
  await db.apiToken.updateMany({ where: { id: tokens[0] }, data: { revokedAt: ago(7.1) } })
  await db.apiToken.updateMany({ where: { id: tokens[1] }, data: { revokedAt: ago(6.9) } })
  await db.apiToken.updateMany({ where: { id: tokens[2] }, data: { expiresAt: ago(7.1) } })
  await db.apiToken.updateMany({ where: { id: tokens[3] }, data: { expiresAt: ago(6.9) } })

  expect(await purge(db, services.quotas)).toMatchObject({ sessions: 2, apiTokens: 2 })
  const left = async (rows: Promise<{ id: string }[]>) => (await rows).map(({ id }) => id).sort()
  const own = services.identity.tokens.verifyRefresh(me.refreshToken).sessionId
  expect(await left(db.session.findMany({ where: { userId } }))).toEqual([own, revokedLately, idleLately].sort())
  expect(await left(db.apiToken.findMany({ where: { userId } }))).toEqual([tokens[1], tokens[3], tokens[4]].sort())
  expect(await me.client.auth.me.query()).toEqual(me.user)
})
