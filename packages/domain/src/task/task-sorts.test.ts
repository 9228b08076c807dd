import { randomUUID } from 'node:crypto'
import { type OpenDatabase, Prisma } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import { beforeAll, expect, test } from 'vitest'
import { taskSorts } from './task-sorts.ts'

let db: OpenDatabase['client']
beforeAll(async () => {
  db = (await testDatabase()).client
})

test.each(Object.entries(taskSorts))(
  'a list by %s is in the order of its index',
  async (_name, { expression, index }) => {
    const [, plan] = await db.$transaction([
      db.$executeRaw`SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
      db.$queryRaw<{ 'QUERY PLAN': string }[]>(Prisma.sql`
      EXPLAIN SELECT id FROM tasks task
      WHERE task.user_id = ${Prisma.raw(`'${randomUUID()}'`)} AND task.deleted_at IS NULL
      ORDER BY ${expression}, task.id LIMIT 20`),
    ])
    const lines = plan.map((row) => row['QUERY PLAN']).join('\n')
    expect(lines).toMatch(new RegExp(`Index (Only )?Scan using ${index} on tasks`))
    expect(lines).toContain('Index Cond: (user_id = ')
    expect(lines).not.toContain('Sort')
  },
)
