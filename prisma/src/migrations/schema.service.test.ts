import { expect, test } from 'vitest'
import { readCatalog, readExpectedCatalog } from '../catalog.ts'
import { fromDriver } from '../open-database.ts'
import { freshDriver } from '../testing/fresh-driver.ts'

test('both kinds of database get the same objects, which their versions of PostgreSQL print alike', async () => {
  await using database = fromDriver(await freshDriver({ migrated: true }))
  expect(await readCatalog(database.client)).toEqual(await readExpectedCatalog())
})
