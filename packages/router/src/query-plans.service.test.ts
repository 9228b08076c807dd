import type { SortOrder, TaskSort } from '@taskwire/contract'
import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type TestUser, testServices, testUser } from './testing/index.ts'

let database: OpenDatabase
let services: ReturnType<typeof testServices>
let me: TestUser
beforeAll(async () => {
  const { client } = await testDatabase()
  database = await openOneConnection(await currentDatabase(client))
  services = testServices(database.client)
  me = await testUser(services)
  for (const { user } of [me, await testUser(services), await testUser(services)]) await addTasks(user.id, 5_000)
  await database.client.$executeRaw`VACUUM (ANALYZE) tasks`
})
afterAll(async () => {
  await services.close()
  await database.close()
})

const indexes: Record<TaskSort, string> = {
  createdAt: 'tasks_by_created_at',
  updatedAt: 'tasks_by_updated_at',
  dueAt: 'tasks_by_due_at',
  title: 'tasks_by_title',
}
const lists = (Object.keys(indexes) as TaskSort[]).flatMap((sort) =>
  (['asc', 'desc'] satisfies SortOrder[]).map((order) => ({ sort, order })),
)

test.each(lists)('a page by $sort $order is read off its index, the first as well as one far in', async (list) => {
  // Where a page begins is an argument of its statement: the second page's plan is every later one's.
  const first = await me.caller.task.list({ ...list, limit: 20 })
  await expectIndexScan(list, [`'${me.user.id}'`, '21', '0'])
  await me.caller.task.list({ ...list, limit: 20, cursor: first.nextCursor })
  const key =
    list.sort === 'title' ? "'task 2500'" : `'${first.items.at(-1)?.[list.sort]?.toISOString() ?? 'infinity'}'`
  await expectIndexScan(list, [`'${me.user.id}'`, key, `'${first.items.at(-1)?.id}'`, '21', '0'])
})

/** The plans of the statement that task.list has just run, as PostgreSQL has it prepared under its name. */
async function expectIndexScan({ sort, order }: { sort: TaskSort; order: SortOrder }, values: string[]): Promise<void> {
  const [statement] = await database.client.$queryRaw<{ name: string }[]>`
    SELECT name FROM pg_prepared_statements
    WHERE statement LIKE '%FROM tasks task%LIMIT%' AND statement NOT LIKE '%pg_prepared_statements%'
    ORDER BY prepare_time DESC LIMIT 1`
  for (const mode of ['force_generic_plan', 'force_custom_plan']) {
    await database.client.$executeRawUnsafe(`SET plan_cache_mode = ${mode}`)
    const rows = await database.client.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN EXECUTE "${statement?.name}" (${values.join(', ')})`,
    )
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain(`Index Scan${order === 'asc' ? '' : ' Backward'} using ${indexes[sort]} on tasks task`)
    // Tags are sorted by name within each task, below the page: what must not be is a sort of the page's tasks.
    expect(plan.split('SubPlan')[0]).not.toContain('Sort')
  }
}

async function addTasks(userId: string, count: number): Promise<void> {
  // Not through the triggers: they stamp row by row, and each waits for the user's.
  await database.client.$transaction([
    database.client.$executeRaw`SET LOCAL session_replication_role = replica`,
    database.client.$executeRaw`
      INSERT INTO tasks (user_id, id, title, due_at, created_at, updated_at, version)
      SELECT ${userId}::uuid, gen_random_uuid(), 'Task ' || n, CASE WHEN n % 3 > 0 THEN now() + n * interval '1 min' END,
        now() - n * interval '1 min', now() - n * interval '7 s', n
      FROM generate_series(1, ${count}::int) AS n`,
    database.client.$queryRaw`SELECT recount_user(${userId}::uuid)::text`,
  ])
}

async function currentDatabase(client: OpenDatabase['client']): Promise<string> {
  const [row] = await client.$queryRaw<{ name: string }[]>`SELECT current_database()::text AS name`
  return row?.name ?? ''
}

/** On one connection, because statements are prepared by connection. */
async function openOneConnection(name: string): Promise<OpenDatabase> {
  const server = inject('testServer')
  if (server === undefined) throw new Error('This suite needs PostgreSQL: run it by pnpm test:services')
  const url = new URL(server.url)
  url.pathname = `/${name}`
  return openDatabase({ url: url.href, poolSize: 1, dataDir: '' })
}
