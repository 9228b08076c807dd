import type { OpenDatabase } from '@taskwire/prisma'
import { freshDatabase } from '@taskwire/prisma/testing'
import { beforeAll, expect, test } from 'vitest'
import { checkSchema } from './schema.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await freshDatabase()
  // Before any transaction: what is expected is read once, and takes as long as making a database.
  expect(await checkSchema(database)).toMatchObject({ ok: true })
  return () => database.close()
})

/** What the check says once the SQL has been run; all is as before afterwards. */
async function saysAfter(sql: string[]): Promise<string> {
  const found = new Error('Found')
  let says = ''
  await database.client
    .$transaction(async (transaction) => {
      for (const statement of sql) await transaction.$executeRawUnsafe(statement)
      const client = transaction as OpenDatabase['client']
      const finding = await checkSchema({ ...database, client })
      expect(finding.ok).toBe(false)
      says = finding.says
      throw found
    })
    .catch((error: unknown) => expect(error).toBe(found))
  expect(await checkSchema(database)).toMatchObject({ ok: true })
  return says
}

const altered: [string, string[], string][] = [
  [
    'a function',
    [
      `CREATE OR REPLACE FUNCTION stamp_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$`,
      `ALTER FUNCTION live_tags(uuid, uuid) STABLE`,
    ],
    'function live_tags(of_user uuid, of_task uuid), function stamp_version()',
  ],
  [
    'a trigger',
    [
      `CREATE OR REPLACE TRIGGER tasks_stamp_version BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION stamp_version()`,
    ],
    'trigger tasks.tasks_stamp_version',
  ],
  [
    'a check',
    [
      `ALTER TABLE tags DROP CONSTRAINT tags_color_check`,
      `ALTER TABLE tags ADD CONSTRAINT tags_color_check CHECK (color <> '')`,
    ],
    'constraint tags.tags_color_check',
  ],
  [
    'a foreign key',
    [
      `ALTER TABLE tasks DROP CONSTRAINT tasks_user_id_fkey`,
      `ALTER TABLE tasks ADD CONSTRAINT tasks_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id)`,
    ],
    'constraint tasks.tasks_user_id_fkey',
  ],
  [
    'an index',
    [`DROP INDEX tasks_by_title`, `CREATE INDEX tasks_by_title ON tasks (user_id, title)`],
    'index tasks.tasks_by_title',
  ],
  [
    'the type of a column',
    [`ALTER TABLE sessions ALTER COLUMN user_agent TYPE varchar(200)`],
    'column sessions.user_agent',
  ],
  ['a default', [`ALTER TABLE tasks ALTER COLUMN completed SET DEFAULT true`], 'column tasks.completed'],
  ['a NOT NULL', [`ALTER TABLE tasks ALTER COLUMN title DROP NOT NULL`], 'column tasks.title'],
]

test.each(altered)('%s that was altered by hand is named', async (_what, sql, names) => {
  expect(await saysAfter(sql)).toContain(`${names} not as the migrations make it`)
})

test('what is missing and what was altered are told apart', async () => {
  const says = await saysAfter([`DROP INDEX tasks_trash`, `ALTER TABLE tasks ALTER COLUMN completed DROP DEFAULT`])
  expect(says).toBe(
    'index tasks.tasks_trash missing, disabled or invalid; column tasks.completed not as the migrations make it',
  )
})

test('what somebody has added is let be', async () => {
  await database.client.$executeRaw`CREATE INDEX of_my_own ON tasks (title)`
  expect(await checkSchema(database)).toMatchObject({ ok: true })
})
