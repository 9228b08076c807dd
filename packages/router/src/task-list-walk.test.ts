import type { Task, TaskSort } from '@taskwire/contract'
import { expect } from 'vitest'
import type { Services } from './services.ts'
import { test } from './testing/fixture.ts'
import { type TestUser, testUser } from './testing/index.ts'
import { sortedLists } from './testing/sorted-lists.ts'

const TASKS = 1_000
const PAGE = 50

/** A user with tasks among which every sort has ties: many of one due date or none, titles that differ in case alone. */
async function userWithTasks(services: Services): Promise<TestUser> {
  const me = await testUser(services)
  await services.db.$executeRaw`
    INSERT INTO tasks (user_id, id, title, due_at)
    SELECT ${me.user.id}::uuid, gen_random_uuid(), (ARRAY['Écrire', 'écrire', 'Write', 'WRITE'])[1 + n % 4] || n % 7,
      CASE WHEN n % 3 > 0 THEN timestamptz '2026-01-01' + n % 5 * interval '1 day' END
    FROM generate_series(1, ${TASKS}::int) AS n`
  return me
}

async function idsOf(services: Services, { user }: TestUser): Promise<string[]> {
  const rows = await services.db.task.findMany({ where: { userId: user.id, deletedAt: null }, select: { id: true } })
  return rows.map(({ id }) => id)
}

test.for(sortedLists)(
  'a walk by $sort $order meets each task once, while others come and go',
  async ({ sort, order }, { services }) => {
    const me = await userWithTasks(services)
    const survivors = await idsOf(services, me)
    const walked: Task[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const [page] = await Promise.all([
        me.caller.task.list({ sort, order, limit: PAGE, cursor }),
        me.caller.task.create({ title: `Write${walked.length % 7}`, dueAt: walked.at(-1)?.dueAt ?? null }),
        me.caller.task.delete({ id: removeAny(survivors) }),
      ])
      walked.push(...page.items)
      cursor = page.nextCursor
    }

    const met = walked.map(({ id }) => id)
    expect(new Set(met).size).toBe(met.length)
    expect(survivors.filter((id) => !met.includes(id))).toEqual([])
    const keys = walked.map((task) => keyOf(task, sort))
    expect(keys).toEqual(order === 'asc' ? keys.toSorted(ascending) : keys.toSorted((a, b) => ascending(b, a)))
  },
)

function removeAny(ids: string[]): string {
  const [id] = ids.splice(Math.floor(Math.random() * ids.length), 1)
  if (id === undefined) throw new Error('No task is left')
  return id
}

/** Where a task stands in a list that is sorted so; what has no such value stands last. */
function keyOf(task: Task, sort: TaskSort): number | string {
  const value: unknown = task[sort]
  if (value === null) return Number.POSITIVE_INFINITY
  return typeof value === 'string' ? value.toLowerCase() : Number(value)
}

function ascending(a: number | string, b: number | string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
