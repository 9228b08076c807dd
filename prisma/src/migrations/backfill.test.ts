import { expect } from 'vitest'
import { failureOf } from '../testing/failure-of.ts'
import { test } from '../testing/migration-fixture.ts'

const FIRST = '20260101000000_first'
const NEXT = '20260102000000_next'
const ROWS = 2_500

/** Each change of a row counts one up at its user, as the trigger that stamps versions does. */
const first = {
  up: `
    CREATE TABLE users (id int PRIMARY KEY, changes int NOT NULL DEFAULT 0);
    CREATE TABLE things (user_id int, id int, name text, PRIMARY KEY (user_id, id));
    INSERT INTO users (id) VALUES (1), (2);
    INSERT INTO things SELECT 1 + n % 2, n, 'x' || n FROM generate_series(1, ${ROWS}) AS n;
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN UPDATE users SET changes = changes + 1 WHERE id = NEW.user_id; RETURN NEW; END $$;
    CREATE TRIGGER things_stamp BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION stamp()`,
}
const STATEMENT = `UPDATE things SET size = length(name) FROM batch
  WHERE things.user_id = batch.user_id AND things.id = batch.id AND things.size IS NULL;`
const next = {
  up: 'ALTER TABLE things ADD COLUMN size int',
  down: 'ALTER TABLE things DROP COLUMN size',
  backfill: `-- batches of things\n${STATEMENT}`,
}
/** Fails at one of the last rows, in the third batch. */
const FAILING = next.backfill.replace('length(name)', '1 / (things.id - 2490)')

test.for([
  { says: 'with triggers', backfill: next.backfill, changes: ROWS },
  { says: 'in silence', backfill: next.backfill.replace('-- ', '-- silent '), changes: 0 },
])('every row is filled in, $says', async ({ backfill, changes }, { driver, migrations, write }) => {
  write(FIRST, first)
  write(NEXT, { ...next, backfill })
  expect(await migrations.up()).toEqual([FIRST, NEXT])
  expect(
    await driver.client.$queryRaw`
    SELECT (SELECT count(*)::int FROM things WHERE size = length(name)) AS filled,
      (SELECT sum(changes)::int FROM users) AS changes`,
  ).toEqual([{ filled: ROWS, changes }])
  expect(await migrations.status()).toMatchObject({ pending: [], failed: [], edited: [] })
  expect(await migrations.up()).toEqual([])
})

test('what was filled in before a failure stays, and the next up goes on from there', async ({
  driver,
  migrations,
  write,
}) => {
  const filled = () => driver.client.$queryRaw<{ filled: number }[]>`SELECT count(size)::int AS filled FROM things`
  write(FIRST, first)
  write(NEXT, { ...next, backfill: FAILING })
  expect(await failureOf(migrations.up())).toHaveProperty(
    'message',
    expect.stringMatching(/failed in backfill\.sql after \d batches, which stay: division by zero\n {2}UPDATE things/),
  )
  const [before] = await filled()
  expect(before?.filled).toBeGreaterThan(0)
  expect(before?.filled).toBeLessThan(ROWS)
  expect(await migrations.status()).toMatchObject({ pending: [NEXT], failed: [] })

  write(NEXT, next)
  expect(await migrations.up()).toEqual([NEXT])
  expect(await filled()).toEqual([{ filled: ROWS }])
})

test('one that was broken off can be taken back', async ({ migrations, write }) => {
  write(FIRST, first)
  write(NEXT, { ...next, backfill: FAILING })
  await failureOf(migrations.up())
  expect(await migrations.down()).toEqual([NEXT])
  write(NEXT, next)
  expect(await migrations.up()).toEqual([NEXT])
})

test('a backfill that would change the same rows each time is refused, and changes none', async ({
  driver,
  migrations,
  write,
}) => {
  write(FIRST, first)
  write(NEXT, { ...next, backfill: next.backfill.replace(' AND things.size IS NULL', '') })
  expect(await failureOf(migrations.up())).toHaveProperty(
    'message',
    `${NEXT}/backfill.sql changes rows that it has just changed: its WHERE has to leave out those that are as they should be`,
  )
  expect(await driver.client.$queryRaw`SELECT count(size)::int AS filled FROM things`).toEqual([{ filled: 0 }])
})

test.for([
  { backfill: STATEMENT, says: /first line of .* has to say whose rows/ },
  { backfill: '-- batches of things\nUPDATE things SET size = 1', says: /takes its rows from "batch"/ },
  { backfill: `${next.backfill} UPDATE users SET changes = 0 FROM batch`, says: /has to be one UPDATE/ },
])(
  'a backfill of another form is refused before anything happens: $says',
  async ({ backfill, says }, { migrations, write }) => {
    write(FIRST, first)
    write(NEXT, { ...next, backfill })
    expect(await failureOf(migrations.up())).toHaveProperty('message', expect.stringMatching(says))
    expect((await migrations.status()).applied).toEqual([])
  },
)

test('a table without a primary key, or none at all, is named', async ({ migrations, write }) => {
  write(FIRST, first)
  write(NEXT, { ...next, backfill: next.backfill.replace('-- batches of things', '-- batches of nothing') })
  expect(await failureOf(migrations.up())).toHaveProperty('message', expect.stringContaining('goes through nothing'))
})
