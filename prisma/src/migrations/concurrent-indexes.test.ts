import { expect } from 'vitest'
import type { Driver } from '../driver.ts'
import { failureOf } from '../testing/failure-of.ts'
import { test } from '../testing/migration-fixture.ts'

const TABLE = '20260101000000_table'
const INDEX = '20260102000000_index'
const table = { up: 'CREATE TABLE a (id int, name text)', down: 'DROP TABLE a' }
const index = {
  up: '-- While others write.\nCREATE INDEX CONCURRENTLY "a_by_id" ON "a" ("id");\nCREATE INDEX CONCURRENTLY a_by_name ON a (name)',
  down: 'DROP INDEX CONCURRENTLY "a_by_id";\nDROP INDEX CONCURRENTLY a_by_name;',
}

async function indexes({ client }: Driver): Promise<Record<string, boolean>> {
  const rows = await client.$queryRaw<{ name: string; valid: boolean }[]>`
    SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE indrelid = to_regclass('a')`
  return Object.fromEntries(rows.map(({ name, valid }) => [name, valid]))
}

test('indexes are built and dropped outside a transaction, and noted as any migration is', async ({
  driver,
  migrations,
  write,
}) => {
  write(TABLE, table)
  write(INDEX, index)
  expect(await migrations.up()).toEqual([TABLE, INDEX])
  expect(await indexes(driver)).toEqual({ a_by_id: true, a_by_name: true })
  expect(
    await driver.client.$queryRaw`
    SELECT finished_at IS NOT NULL AS finished, applied_steps_count AS steps FROM _prisma_migrations`,
  ).toEqual([
    { finished: true, steps: 1 },
    { finished: true, steps: 1 },
  ])
  expect(await migrations.down()).toEqual([INDEX])
  expect(await indexes(driver)).toEqual({})
  expect((await migrations.status()).pending).toEqual([INDEX])
  expect(await migrations.up()).toEqual([INDEX])
})

test('an index that cannot be built is named and dropped, and built once its cause is gone', async ({
  driver,
  migrations,
  write,
}) => {
  write(TABLE, { ...table, up: `${table.up}; INSERT INTO a VALUES (1), (1)` })
  const up = 'CREATE UNIQUE INDEX CONCURRENTLY "a_once" ON "a" ("id")'
  write(INDEX, { up, down: 'DROP INDEX CONCURRENTLY "a_once"' })
  expect(await failureOf(migrations.up())).toHaveProperty(
    'message',
    `Migration ${INDEX} failed at statement 1 of 1: could not create unique index "a_once", because some rows have the same key\n  ${up}`,
  )
  expect(await indexes(driver)).toEqual({})
  expect(await migrations.status()).toMatchObject({ pending: [INDEX], failed: [] })

  await driver.client.$executeRaw`DELETE FROM a`
  expect(await migrations.up()).toEqual([INDEX])
  expect(await indexes(driver)).toEqual({ a_once: true })
})

/** As if the last attempt had been killed after it had begun these indexes. */
async function breakOff({ client }: Driver, ...begun: string[]): Promise<void> {
  await client.$executeRaw`
    UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0,
      logs = ${begun.map((name) => `Began to build ${name}`).join('\n')}
    WHERE migration_name = ${INDEX}`
}

test('up and down go on where they were broken off', async ({ driver, migrations, write }) => {
  write(TABLE, table)
  write(INDEX, index)
  await migrations.up()
  await driver.client.$executeRaw`DROP INDEX a_by_name`
  await breakOff(driver, 'a_by_id')
  expect(await migrations.status()).toMatchObject({ pending: [INDEX], failed: [], edited: [] })
  expect(await migrations.up()).toEqual([INDEX])
  expect(await indexes(driver)).toEqual({ a_by_id: true, a_by_name: true })

  await driver.client.$executeRaw`DROP INDEX a_by_id`
  await breakOff(driver, 'a_by_id', 'a_by_name')
  expect(await migrations.down()).toEqual([INDEX])
  expect(await indexes(driver)).toEqual({})
  expect((await migrations.status()).applied.map(({ name }) => name)).toEqual([TABLE])
})

test('what was broken off and then written anew is built anew, under whatever name', async ({
  driver,
  migrations,
  write,
}) => {
  write(TABLE, table)
  write(INDEX, index)
  await migrations.up()
  await breakOff(driver, 'a_by_id', 'a_by_name')
  write(INDEX, { ...index, up: 'CREATE INDEX CONCURRENTLY "a_by_id" ON "a" ("id" DESC)' })
  await migrations.up()
  expect(await indexes(driver)).toEqual({ a_by_id: true })
  const [{ definition } = { definition: '' }] = await driver.client.$queryRaw<{ definition: string }[]>`
    SELECT pg_get_indexdef('a_by_id'::regclass) AS definition`
  expect(definition).toContain('DESC')
})

test('an index of an earlier migration is left alone, though a script that is written anew takes its name', async ({
  driver,
  migrations,
  write,
}) => {
  write(TABLE, { ...table, up: `${table.up}; CREATE INDEX a_by_key ON a (name); INSERT INTO a VALUES (1), (1)` })
  const up = 'CREATE UNIQUE INDEX CONCURRENTLY a_once ON a (id)'
  write(INDEX, { up, down: 'DROP INDEX CONCURRENTLY a_once' })
  await failureOf(migrations.up())
  write(INDEX, { up: up.replace('a_once', 'a_by_key'), down: 'DROP INDEX CONCURRENTLY a_by_key' })
  expect(await failureOf(migrations.up())).toHaveProperty('message', expect.stringContaining('already exists'))
  expect(await indexes(driver)).toEqual({ a_by_key: true })
  expect(await migrations.down()).toEqual([INDEX])
  expect(await indexes(driver)).toEqual({ a_by_key: true })
})

test('an index of that name that somebody else has made is left alone', async ({ driver, migrations, write }) => {
  write(TABLE, { ...table, up: `${table.up}; CREATE INDEX a_by_id ON a (name)` })
  write(INDEX, index)
  expect(await failureOf(migrations.up())).toHaveProperty('message', expect.stringContaining('already exists'))
  expect(await indexes(driver)).toEqual({ a_by_id: true })
})

test.for([
  { up: `${index.up}; UPDATE a SET id = 2`, says: /it holds UPDATE a SET id = 2$/ },
  {
    up: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS a_by_id ON a (id)',
    says: /it holds CREATE INDEX CONCURRENTLY IF NOT/,
  },
  { up: 'CREATE INDEX CONCURRENTLY ON a (id)', says: /it holds CREATE INDEX CONCURRENTLY ON a/ },
])('$up is refused before anything has happened', async ({ up, says }, { migrations, write }) => {
  write(TABLE, table)
  write(INDEX, { ...index, up })
  expect(await failureOf(migrations.up())).toHaveProperty('message', expect.stringMatching(says))
  expect((await migrations.status()).applied).toEqual([])
})

test('CONCURRENTLY in down.sql alone is refused: broken off, nobody could go on', async ({ migrations, write }) => {
  write(TABLE, table)
  write(INDEX, { ...index, up: 'CREATE INDEX a_by_id ON a (id); CREATE INDEX a_by_name ON a (name)' })
  await migrations.up()
  expect(await failureOf(migrations.down())).toHaveProperty('message', expect.stringContaining('down.sql'))
})
