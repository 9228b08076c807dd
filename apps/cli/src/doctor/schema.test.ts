import type { Finding, OpenDatabase } from '@taskwire/prisma'
import { freshDatabase } from '@taskwire/prisma/testing'
import { beforeAll, expect, test } from 'vitest'
import { checkSchema } from './schema.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await freshDatabase()
  // Before any transaction: what is expected is read once, and takes as long as making a database.
  expect(await checkSchema({ database })).toMatchObject({ grade: 'ok' })
  return () => database.close()
})

interface Outcome {
  findings: Finding[]
  /** What is found once all that was advised has been done. */
  repaired: Finding[]
}

/** What the check finds once the SQL has been run; all is as before afterwards. */
async function outcomeOf(sql: string[]): Promise<Outcome> {
  const done = new Error('Done')
  let outcome: Outcome | undefined
  await database.client
    .$transaction(async (transaction) => {
      const client = transaction as OpenDatabase['client']
      const check = async () => [await checkSchema({ database: { ...database, client } })].flat()
      for (const statement of sql) await transaction.$executeRawUnsafe(statement)
      const findings = await check()
      for (const { hint } of findings) {
        for (const statement of statementsOf(hint ?? '')) await transaction.$executeRawUnsafe(statement)
      }
      outcome = { findings, repaired: await check() }
      throw done
    })
    .catch((error: unknown) => expect(error).toBe(done))
  expect(await checkSchema({ database })).toMatchObject({ grade: 'ok' })
  return outcome as Outcome
}

/** As they can be run inside a transaction. */
function statementsOf(hint: string): string[] {
  const statements = hint.includes('$function$') ? [hint] : hint.split('; ')
  return statements.filter((statement) => statement !== '').map((statement) => statement.replace(' CONCURRENTLY', ''))
}

const FUNCTION = `CREATE FUNCTION of_mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$`

/** Ways to break a schema whose repair is SQL that loses nothing: what is done, and what is said of it. */
const REPAIRABLE: [string, string[], string][] = [
  [
    'a function with another body',
    [
      `CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEW;
END
$$`,
    ],
    'function touch_updated_at() is altered: expected “NEW.updated_at := clock_timestamp();”, found “RETURN NEW;”',
  ],
  [
    'a function of another volatility',
    [`ALTER FUNCTION live_tags(uuid, uuid) STABLE`],
    'function live_tags(of_user uuid, of_task uuid) is altered: expected “AS $function$”, found “STABLE”',
  ],
  [
    'a function that runs as its owner',
    [`ALTER FUNCTION recount_user(uuid) SECURITY DEFINER`],
    'function recount_user(',
  ],
  ['a function that is gone', [`DROP FUNCTION recount_user(uuid)`], 'function recount_user(of_user uuid) is missing'],
  [
    'a function beside one of the same name',
    [`CREATE FUNCTION live_tags(of_user uuid, of_task text) RETURNS json LANGUAGE sql AS $$ SELECT '[]'::json $$`],
    'function live_tags(of_user uuid, of_task text) should not be there',
  ],
  [
    'a trigger that fires less often',
    [
      `CREATE OR REPLACE TRIGGER tasks_stamp_version BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION stamp_version()`,
    ],
    'trigger tasks.tasks_stamp_version is altered: expected “CREATE TRIGGER tasks_stamp_version BEFORE INSERT OR UPDATE ON tasks',
  ],
  [
    'a trigger that is gone',
    [`DROP TRIGGER tasks_stamp_version ON tasks`],
    'trigger tasks.tasks_stamp_version is missing',
  ],
  [
    'a trigger that is disabled',
    [`ALTER TABLE tags DISABLE TRIGGER tags_stamp_version`],
    'trigger tags.tags_stamp_version is disabled',
  ],
  [
    'a trigger that fires on replicas alone',
    [`ALTER TABLE tags ENABLE REPLICA TRIGGER tags_stamp_version`],
    'trigger tags.tags_stamp_version is fired on replicas alone',
  ],
  [
    'a trigger of one’s own',
    [FUNCTION, `CREATE TRIGGER of_mine BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION of_mine()`],
    'trigger tasks.of_mine should not be there: “CREATE TRIGGER of_mine BEFORE INSERT ON tasks',
  ],
  [
    'a rule of one’s own',
    [`CREATE RULE of_mine AS ON DELETE TO tasks DO INSTEAD NOTHING`],
    'rule tasks.of_mine should not be there',
  ],
  [
    'a check that says something else',
    [
      `ALTER TABLE tags DROP CONSTRAINT tags_color_check`,
      `ALTER TABLE tags ADD CONSTRAINT tags_color_check CHECK (color <> '')`,
    ],
    "constraint tags.tags_color_check is altered: expected “CHECK (color ~ '^#[0-9a-f]{6}$'::text)”, found “CHECK (color <> ''::text)”",
  ],
  [
    'a check that old rows may break',
    [
      `ALTER TABLE tags DROP CONSTRAINT tags_color_check`,
      `ALTER TABLE tags ADD CONSTRAINT tags_color_check CHECK (color ~ '^#[0-9a-f]{6}$') NOT VALID`,
    ],
    'constraint tags.tags_color_check is not valid for all rows',
  ],
  [
    'a check of one’s own',
    [`ALTER TABLE tasks ADD CONSTRAINT of_mine CHECK (title <> 'x')`],
    "constraint tasks.of_mine should not be there: “CHECK (title <> 'x'::text)”",
  ],
  [
    'a foreign key that deletes nothing',
    [
      `ALTER TABLE tasks DROP CONSTRAINT tasks_user_id_fkey`,
      `ALTER TABLE tasks ADD CONSTRAINT tasks_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id)`,
    ],
    'constraint tasks.tasks_user_id_fkey is altered: expected “FOREIGN KEY (user_id) REFERENCES users(id) ON UPDATE CASCADE ON DELETE CASCADE”',
  ],
  [
    'foreign keys that nothing enforces',
    [`ALTER TABLE external_identities DISABLE TRIGGER ALL`],
    'constraint external_identities.external_identities_user_id_fkey is not enforced, because its triggers are disabled',
  ],
  [
    'a foreign key of another table, which lets no user go',
    [`CREATE TABLE bills (user_id uuid REFERENCES users (id))`],
    'constraint bills.bills_user_id_fkey should not be there: “FOREIGN KEY (user_id) REFERENCES users(id)”',
  ],
  ['an index that is gone', [`DROP INDEX tasks_trash`], 'index tasks.tasks_trash is missing'],
  [
    'an index of other columns',
    [`DROP INDEX tasks_by_title`, `CREATE INDEX tasks_by_title ON tasks (user_id, title)`],
    'index tasks.tasks_by_title is altered: expected “CREATE INDEX tasks_by_title ON tasks USING btree (user_id, lower(title) COLLATE "C", id)',
  ],
  [
    'an index that is not unique any more',
    [`DROP INDEX users_email_key`, `CREATE INDEX users_email_key ON users (email)`],
    'index users.users_email_key is altered: expected “CREATE UNIQUE INDEX users_email_key ON users USING btree (email)”',
  ],
  [
    'a unique index of one’s own',
    [`CREATE UNIQUE INDEX of_mine ON tasks (user_id, title)`],
    'index tasks.of_mine should not be there: “CREATE UNIQUE INDEX of_mine ON tasks USING btree (user_id, title)”',
  ],
  [
    'a default that is another',
    [`ALTER TABLE tasks ALTER COLUMN completed SET DEFAULT true`],
    'column tasks.completed is altered: expected “boolean NOT NULL DEFAULT false”, found “boolean NOT NULL DEFAULT true”',
  ],
  [
    'a column without its NOT NULL and its default',
    [`ALTER TABLE tasks ALTER COLUMN version DROP NOT NULL, ALTER COLUMN version DROP DEFAULT`],
    'column tasks.version is altered: expected “integer NOT NULL DEFAULT 0”, found “integer”',
  ],
  [
    'a column that must not be null',
    [`ALTER TABLE tasks ALTER COLUMN description SET NOT NULL`],
    'column tasks.description is altered: expected “text”, found “text NOT NULL”',
  ],
  ['a table that a crash empties', [`ALTER TABLE external_deletions SET UNLOGGED`], 'found “table, unlogged”'],
  [
    'row level security',
    [`ALTER TABLE tasks ENABLE ROW LEVEL SECURITY`],
    'table tasks is altered: expected “table”, found “table, row level security”',
  ],
]

test.each(REPAIRABLE)('%s is named, and the SQL that is advised mends it', async (_what, sql, says) => {
  const { findings, repaired } = await outcomeOf(sql)
  expect(findings).toContainEqual({ grade: 'FAIL', says: expect.stringContaining(says), hint: expect.any(String) })
  expect(repaired).toEqual([expect.objectContaining({ grade: 'ok' })])
})

test('an invalid index is named, and built anew', async () => {
  const { findings } = await outcomeOf([
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'tasks_trash'::regclass`,
  ])
  expect(findings).toEqual([
    { grade: 'FAIL', says: 'index tasks.tasks_trash is invalid', hint: 'REINDEX INDEX CONCURRENTLY tasks_trash' },
  ])
})

test.each([
  [
    'a column of another type',
    [`ALTER TABLE sessions ALTER COLUMN user_agent TYPE varchar(200)`],
    'column sessions.user_agent is altered: expected “text”, found “character varying(200)”',
  ],
  [
    'a column that sorts otherwise',
    [`ALTER TABLE tags ALTER COLUMN color TYPE text COLLATE "C"`],
    'column tags.color is altered: expected “text”, found “text COLLATE "C"”',
  ],
  ['a column that is gone', [`ALTER TABLE sessions DROP COLUMN ip`], 'column sessions.ip is missing'],
  [
    'a column that is computed',
    [
      `ALTER TABLE tags DROP COLUMN color`,
      `ALTER TABLE tags ADD COLUMN color text GENERATED ALWAYS AS (lower(name)) STORED`,
    ],
    'found “text GENERATED ALWAYS AS lower(name)”',
  ],
  [
    'a table whose rows stand in another too',
    [`CREATE TABLE old_tasks () INHERITS (tasks)`],
    'table old_tasks should not be there: “table, inherits tasks”',
  ],
  ['a table that is gone', [`DROP TABLE api_tokens`], 'table api_tokens is missing'],
])('%s is named, and left to somebody who thinks', async (_what, sql, says) => {
  const { findings } = await outcomeOf(sql)
  expect(findings).toContainEqual({ grade: 'FAIL', says: expect.stringContaining(says) })
})

test('of a table that is gone it is not told that its columns are', async () => {
  const { findings } = await outcomeOf([`DROP TABLE api_tokens`])
  expect(findings).toEqual([{ grade: 'FAIL', says: 'table api_tokens is missing' }])
})

test.each([
  ['an index', [`CREATE INDEX of_mine ON tasks (title)`], 'index tasks.of_mine should not be there'],
  ['a column', [`ALTER TABLE tasks ADD COLUMN of_mine text`], 'column tasks.of_mine should not be there: “text”'],
  ['a view', [`CREATE VIEW of_mine AS SELECT title FROM tasks`], 'table of_mine should not be there: “view of tasks”'],
  ['a policy', [`CREATE POLICY of_mine ON tasks`], 'policy tasks.of_mine should not be there'],
  [
    'a trigger that fires on replicas too',
    [`ALTER TABLE tags ENABLE ALWAYS TRIGGER tags_stamp_version`],
    'trigger tags.tags_stamp_version is fired on replicas too',
  ],
  [
    'an event trigger',
    [
      `CREATE FUNCTION of_mine() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$`,
      `CREATE EVENT TRIGGER of_mine ON ddl_command_end EXECUTE FUNCTION of_mine()`,
    ],
    'event trigger of_mine should not be there: “ddl_command_end of_mine”',
  ],
])('%s of one’s own is a warning', async (_what, sql, says) => {
  const { findings } = await outcomeOf(sql)
  expect(findings).toEqual([expect.objectContaining({ grade: 'WARN', says: expect.stringContaining(says) })])
})

test('tables, functions and sequences of one’s own are let be', async () => {
  const { findings } = await outcomeOf([
    `CREATE TABLE bills (id serial PRIMARY KEY, user_id uuid REFERENCES users (id) ON DELETE CASCADE)`,
    FUNCTION,
  ])
  expect(findings).toEqual([expect.objectContaining({ grade: 'ok' })])
})

test('what fails comes first, and there is an end to it', async () => {
  const { findings } = await outcomeOf([
    `CREATE INDEX of_mine ON tasks (title)`,
    `DROP FUNCTION stamp_version, count_written_rows, count_changed_row, count_no_rows, stamp_linked_tasks CASCADE`,
    `DROP INDEX tasks_trash, tasks_by_title, tasks_by_due_at, tasks_by_created_at`,
    `CREATE UNIQUE INDEX z_of_mine ON tasks (title)`,
  ])
  expect(findings.slice(0, 20).every(({ grade }) => grade === 'FAIL')).toBe(true)
  expect(findings.at(-1)).toEqual({ grade: 'FAIL', says: expect.stringMatching(/^\d+ more objects are not as they /) })
})

test('of many warnings the one fault among them is named first, and none becomes a fault by being too many', async () => {
  const own = Array.from({ length: 22 }, (_, index) => `CREATE INDEX of_mine_${index} ON tasks (title)`)
  const { findings } = await outcomeOf([...own, `CREATE UNIQUE INDEX z_of_mine ON tasks (title)`])
  expect(findings[0]).toMatchObject({ grade: 'FAIL', says: expect.stringContaining('tasks.z_of_mine') })
  expect(findings.slice(1).map(({ grade }) => grade)).toEqual(Array(20).fill('WARN'))
})
