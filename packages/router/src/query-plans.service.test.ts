import { taskSorts } from '@taskwire/domain'
import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { expect } from 'vitest'
import type { Services } from './services.ts'
import { test as base } from './testing/fixture.ts'
import { testUser } from './testing/index.ts'
import { type Sorted, sortedLists } from './testing/sorted-lists.ts'

const test = base
  // On one connection, because statements are prepared by connection.
  .extend('database', { scope: 'file' }, async () =>
    openDatabase({ url: await freshServerUrl(), poolSize: 1, dataDir: '' }),
  )
  .extend('db', { scope: 'file' }, ({ database }, { onCleanup }) => {
    onCleanup(() => database.close())
    return database.client
  })
  .extend('owner', { scope: 'file' }, async ({ db, services }) => {
    const [owner, ...others] = [await testUser(services), await testUser(services), await testUser(services)]
    for (const { user } of [owner, ...others]) await addTasks(db, user.id, 5_000)
    await db.$executeRaw`VACUUM (ANALYZE) tasks`
    return owner
  })

test.for(sortedLists)(
  'a page by $sort $order is read off its index, the first as well as one far in',
  async (list, { db, owner }) => {
    // Where a page begins is an argument of its statement: the second page's plan is every later one's.
    const { nextCursor } = await owner.caller.task.list({ ...list, limit: 20, offset: 2_500 })
    await expectIndexScan(db, list, [`'${owner.user.id}'`, '21', '0'])
    await owner.caller.task.list({ ...list, limit: 20, cursor: nextCursor })
    const [, key, id] = JSON.parse(Buffer.from(nextCursor ?? '', 'base64url').toString())
    await expectIndexScan(db, list, [`'${owner.user.id}'`, `'${key}'`, `'${id}'`, '21', '0'])
  },
)

/** The plans of the statement that task.list has just run, as PostgreSQL has it prepared under its name. */
async function expectIndexScan(db: Services['db'], { sort, order }: Sorted, values: string[]): Promise<void> {
  const [statement] = await db.$queryRaw<{ name: string }[]>`
    SELECT name FROM pg_prepared_statements
    WHERE statement LIKE '%FROM tasks task%LIMIT%' AND statement NOT LIKE '%pg_prepared_statements%'
    ORDER BY prepare_time DESC LIMIT 1`
  for (const mode of ['force_generic_plan', 'force_custom_plan']) {
    await db.$executeRawUnsafe(`SET plan_cache_mode = ${mode}`)
    const rows = await db.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN EXECUTE "${statement?.name}" (${values.join(', ')})`,
    )
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain(
      `Index Scan${order === 'asc' ? '' : ' Backward'} using ${taskSorts[sort].index} on tasks task`,
    )
    // Tags are sorted by name within each task, below the page: what must not be is a sort of the page's tasks.
    expect(plan.split('SubPlan')[0]).not.toContain('Sort')
  }
}

async function addTasks(db: Services['db'], userId: string, count: number): Promise<void> {
  // Not through the triggers: they stamp row by row, and each waits for the user's.
  await db.$transaction([
    db.$executeRaw`SET LOCAL session_replication_role = replica`,
    db.$executeRaw`
      INSERT INTO tasks (user_id, id, title, due_at, created_at, updated_at, version)
      SELECT ${userId}::uuid, gen_random_uuid(), 'Task ' || n, CASE WHEN n % 3 > 0 THEN now() + n * interval '1 min' END,
        now() - n * interval '1 min', now() - n * interval '7 s', n
      FROM generate_series(1, ${count}::int) AS n`,
    db.$queryRaw`SELECT recount_user(${userId}::uuid)::text`,
  ])
}
