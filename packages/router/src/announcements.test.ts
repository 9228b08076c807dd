import { expect } from 'vitest'
import type { Services } from './services.ts'
import { test as base } from './testing/fixture.ts'
import { refusalOf, testServices, testUser } from './testing/index.ts'

interface Announced {
  userId: string
  /** Infinite where the message names none. */
  version: number
  /** What another connection sees as the user's counter by then. */
  committed: Promise<number>
}

const test = base
  .extend('announced', { scope: 'file' }, (): Announced[] => [])
  .extend('services', { scope: 'file' }, ({ db, announced }, { onCleanup }) => {
    const publish = async (message: string) => {
      for (const entry of message.split(',')) {
        const [userId = '', version] = entry.split(':')
        const user = db.user.findUniqueOrThrow({ where: { id: userId } })
        const committed = user.then(({ changeSeq }) => changeSeq)
        announced.push({ userId, version: version ? Number(version) : Number.POSITIVE_INFINITY, committed })
      }
    }
    const services = testServices(db, { changeBus: { publish, subscribe() {} } })
    onCleanup(() => services.close())
    return services
  })

/** Announcements go out in their order: once this one of another user is out, none from before it is under way. */
async function allAreOut(services: Services, announced: Announced[]): Promise<void> {
  const { caller, user } = await testUser(services)
  await caller.tag.create({ name: 'Home' })
  await expect.poll(() => announced.map(({ userId }) => userId), { timeout: 10_000 }).toContain(user.id)
}

test('every write that is committed is announced, with a version that can be read by then', async ({
  announced,
  me: { caller, user },
  services,
}) => {
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
  await allAreOut(services, announced)
  for (const write of writes) {
    announced.length = 0
    await write()
    const { version } = await caller.change.list()
    await allAreOut(services, announced)
    const mine = announced.filter(({ userId }) => userId === user.id)
    expect(mine).toHaveLength(1)
    const committed = await mine[0]?.committed
    expect(Math.min(mine[0]?.version ?? 0, committed ?? 0)).toBe(version)
    expect(committed).toBe(version)
  }
})

test('what only reads, and what is refused, is not announced', async ({
  announced,
  me: { caller, client, user },
  services,
}) => {
  await caller.task.list()
  await caller.change.list()
  expect(await refusalOf(client.task.delete.mutate({ id: crypto.randomUUID() }))).toMatchObject({ reason: 'NOT_FOUND' })
  await allAreOut(services, announced)
  expect(announced.map(({ userId }) => userId)).not.toContain(user.id)
})
