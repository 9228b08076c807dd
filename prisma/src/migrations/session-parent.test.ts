import { expect, test } from 'vitest'
import { fromDriver } from '../open-database.ts'
import { freshDriver } from '../testing/fresh-driver.ts'
import { MIGRATIONS_FOLDER, readMigrations } from './folder.ts'

test('a session from before the migration is still served to the tab that is one step behind', async () => {
  await using database = fromDriver(await freshDriver({ migrated: true }))
  const { client, migrations } = database
  const since = readMigrations(MIGRATIONS_FOLDER).filter(({ name }) => name >= '20261121140000')
  await migrations.down({ count: since.length })
  await client.$executeRaw`
    WITH ada AS (INSERT INTO users (id, email) VALUES (gen_random_uuid(), 'ada@example.com') RETURNING id)
    INSERT INTO sessions (user_id, id, generation, idle_expires_at, expires_at)
    SELECT ada.id, gen_random_uuid(), generation, now(), now() FROM ada, unnest(ARRAY[1, 2, 7]) AS generation`

  await migrations.up()
  const sessions = await client.session.findMany({
    select: { generation: true, parent: true },
    orderBy: { generation: 'asc' },
  })
  expect(sessions).toEqual([
    { generation: 1, parent: null },
    { generation: 2, parent: 1 },
    { generation: 7, parent: 6 },
  ])
})
