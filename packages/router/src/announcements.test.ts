import { setTimeout as sleep } from 'node:timers/promises'
import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Services, ServicesConfig } from './services.ts'
import { refusalOf, testServices, testUser } from './testing/index.ts'

interface Announced {
  userId: string
  version: number
  /** What another connection saw as the user's counter by then. */
  committed: number
}

let services: Services & { close(): Promise<void> }
const announced: Announced[] = []
beforeAll(async () => {
  const { client } = await testDatabase()
  const changeBus: ServicesConfig['changeBus'] = {
    async publish(message) {
      for (const entry of message.split(',')) {
        const [userId = '', version = ''] = entry.split(':')
        const { changeSeq } = await client.user.findUniqueOrThrow({ where: { id: userId } })
        announced.push({ userId, version: version === '' ? changeSeq : Number(version), committed: changeSeq })
      }
    },
    subscribe() {},
  }
  services = testServices(client, { changeBus })
})
afterAll(() => services.close())

test('every write that is committed is announced, with a version that can be read by then', async () => {
  const { caller, user } = await testUser(services)
  const tag = await caller.tag.create({ name: 'Home' })
  const { id } = await caller.task.create({ title: 'Write', tagIds: [tag.id] })
  const writes = [
    () => caller.task.update({ id, title: 'Write more' }),
    () => caller.task.update({ id, tagIds: [] }),
    () => caller.task.setCompleted({ id, completed: true }),
    () => caller.task.updateMany({ ids: [id], addTagIds: [tag.id] }),
    () => caller.tag.update({ id: tag.id, name: 'House' }),
    () => caller.task.delete({ id }),
    () => caller.task.restore({ id }),
    () => caller.task.deleteMany({ ids: [id] }),
    () => caller.tag.delete({ id: tag.id }),
  ]
  for (const write of writes) {
    announced.length = 0
    await write()
    const { version } = await caller.change.list()
    await expect.poll(() => announced).toEqual([{ userId: user.id, version, committed: version }])
  }
})

test('what only reads, and what is refused, is not announced', async () => {
  const { caller, client } = await testUser(services)
  await sleep(50)
  announced.length = 0
  await caller.task.list()
  await caller.change.list()
  expect(await refusalOf(client.task.delete.mutate({ id: crypto.randomUUID() }))).toMatchObject({ reason: 'NOT_FOUND' })
  await sleep(50)
  expect(announced).toEqual([])
})
