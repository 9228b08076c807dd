import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Services } from './services.ts'
import { refusalOf, type TestUser, testServices, testUser } from './testing/index.ts'

let db: OpenDatabase
let services: Services & { close(): Promise<void> }
let user: TestUser
beforeAll(async () => {
  const url = new URL(await freshServerUrl())
  // What is compared by ILIKE is compared slowly.
  url.searchParams.set('options', '-c search_path=public,pg_catalog')
  db = await openDatabase({ url: url.href, dataDir: '' })
  await db.client.$executeRaw`
    CREATE FUNCTION slowly(text, text) RETURNS boolean LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(0.1); RETURN texticlike($1, $2); END $$`
  await db.client.$executeRaw`CREATE OPERATOR public.~~* (LEFTARG = text, RIGHTARG = text, FUNCTION = slowly)`
  services = testServices(db.client)
  user = await testUser(services)
})
afterAll(async () => {
  await services.close()
  await db.close()
})

test('a search has a second, and everything else has not changed', async () => {
  for (let count = 0; count < 40; count++) await user.client.task.create.mutate({ title: `Task ${count}` })
  const start = performance.now()
  const refusal = await refusalOf(user.client.task.list.query({ search: 'nowhere', withTotal: true }))
  expect(refusal).toMatchObject({ reason: 'TIMEOUT', httpStatus: 504 })
  // Forty comparisons take 4 s, and a statement has 5 s.
  expect(performance.now() - start).toBeLessThan(3_000)

  // The connection has forgotten about it.
  const slow = db.client.$queryRaw`SELECT 'done' AS said FROM pg_sleep(1.5)`
  expect(await slow).toEqual([{ said: 'done' }])
  expect(await user.client.task.list.query({ withTotal: true })).toMatchObject({ total: 40 })
  expect(await user.client.task.list.query({ search: 'Task', limit: 1 })).toMatchObject({ items: [{}] })
})
