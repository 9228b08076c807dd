import type { TestUser } from './index.ts'

/** Makes tasks that differ in nothing. @returns their ids, in the order of their making */
export async function newTasks({ caller }: TestUser, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let made = 0; made < count; made += 1) ids.push((await caller.task.create({ title: 'x' })).id)
  return ids
}

/** Makes a task and moves it to the trash. @returns its id */
export async function newTombstone(me: TestUser): Promise<string> {
  const [id = ''] = await newTasks(me, 1)
  await me.caller.task.delete({ id })
  return id
}

type Counts = Record<'liveTasks' | 'deletedTasks' | 'liveTags' | 'deletedTags', number>

/** How many tasks and tags a user has, as the database keeps count. */
export function countsOf({ services, user }: TestUser): Promise<Counts> {
  return services.db.user.findUniqueOrThrow({
    where: { id: user.id },
    select: { liveTasks: true, deletedTasks: true, liveTags: true, deletedTags: true },
  })
}
