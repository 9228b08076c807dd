import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { purge } from './purge.ts'

let database: OpenDatabase
let db: OpenDatabase['client']
beforeAll(async () => {
  // On one connection, because statements are prepared by connection.
  database = await openDatabase({ url: await freshServerUrl(), poolSize: 1, dataDir: '' })
  db = database.client
  const { id } = await db.user.create({ data: { email: 'ada@example.com' } })
  await db.$transaction([
    db.$executeRaw`SET LOCAL session_replication_role = replica`,
    db.$executeRaw`
      INSERT INTO sessions (user_id, id, idle_expires_at, expires_at)
      SELECT ${id}::uuid, gen_random_uuid(), now() + interval '1 day', now() + interval '2 days'
      FROM generate_series(1, 20000)`,
    db.$executeRaw`
      INSERT INTO api_tokens (user_id, id, name, token_hash)
      SELECT ${id}::uuid, gen_random_uuid(), 'Tool', encode(sha256(n::text::bytea), 'hex') FROM generate_series(1, 20000) AS n`,
    db.$executeRaw`
      INSERT INTO tasks (user_id, id, title, deleted_at)
      SELECT ${id}::uuid, gen_random_uuid(), 'Task', now() - interval '1 day' FROM generate_series(1, 20000)`,
  ])
  await purge(db, { maxTasks: 100_000, maxTags: 1_000 })
})
afterAll(() => database.close())

test.each([
  { statement: 'DELETE FROM sessions', arguments: '7, 250', index: 'sessions_ended' },
  { statement: 'DELETE FROM api_tokens', arguments: '7, 250', index: 'api_tokens_ended' },
  {
    statement: 'SELECT id FROM users WHERE id IN (SELECT user_id FROM tasks',
    arguments: '30, 250',
    index: 'tasks_tombstones',
  },
])(
  'where nothing is to be purged, "$statement" reads nothing else',
  async ({ statement, arguments: values, index }) => {
    const [prepared] = await db.$queryRaw<{ name: string }[]>`
    SELECT name FROM pg_prepared_statements
    WHERE starts_with(btrim(regexp_replace(statement, '[[:space:]]+', ' ', 'g')), ${statement})`
    for (const mode of ['force_generic_plan', 'force_custom_plan']) {
      await db.$executeRawUnsafe(`SET plan_cache_mode = ${mode}`)
      const rows = await db.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN EXECUTE "${prepared?.name}" (${values})`,
      )
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).toMatch(new RegExp(`Index Scan using ${index} on \\w+( \\w+)?\\s.*\n\\s+Index Cond: .*now\\(\\)`))
    }
  },
)
