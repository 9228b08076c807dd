import { exportArchive, importArchive } from '@taskwire/domain'
import { freshDatabase, testDatabase } from '@taskwire/prisma/testing'
import { expect, test } from 'vitest'
import { ageSessions, refusalOf, testCaller, testRefresh, testServices, testSignIn, testUser } from './testing/index.ts'

test('in a database that was imported users, their sessions and their tools go on', async () => {
  const source = await testDatabase()
  const quotas = { maxTasks: 2, maxTags: 2 }
  const before = testServices(source.client, { quotas })
  const me = await testUser(before)
  const { token } = await me.caller.apiToken.create({ name: 'Tool', password: me.password })
  const tag = await me.caller.tag.create({ name: 'Home' })
  const task = await me.caller.task.create({ title: 'Moves', tagIds: [tag.id] })
  await me.caller.task.create({ title: 'Moves too' })
  await ageSessions(me, 60)
  const { version } = await me.caller.change.list()

  await using target = await freshDatabase()
  await importArchive(target, exportArchive(source))
  const after = testServices(target.client, { quotas })
  try {
    const { accessToken } = await testRefresh(after, me.refreshToken)
    await testSignIn(after, me)
    const caller = await testCaller(after, { bearerToken: accessToken })
    expect(await caller.task.get({ id: task.id })).toEqual(task)
    const tool = await testCaller(after, { bearerToken: token })
    const updated = await tool.task.update({ id: task.id, version: task.version, title: 'Has moved' })
    expect(updated.tags).toEqual(task.tags)
    await expect(caller.task.create({ title: 'One too many' })).rejects.toMatchObject({
      cause: { reason: 'QUOTA_REACHED' },
    })
    expect(await caller.change.list({ since: version })).toMatchObject({ reset: true })
    expect((await refusalOf(me.client.tag.create.mutate({ name: 'home' }))).reason).toBe('TAG_NAME_TAKEN')
  } finally {
    await after.close()
    await before.close()
  }
})
