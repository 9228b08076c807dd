import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { expect } from 'vitest'
import { test as base } from './testing/fixture.ts'
import { refusalOf } from './testing/index.ts'

const test = base
  .extend('database', { scope: 'file' }, async () => {
    const url = new URL(await freshServerUrl())
    // What is compared by ILIKE is compared slowly.
    url.searchParams.set('options', '-c search_path=public,pg_catalog')
    return openDatabase({ url: url.href, dataDir: '' })
  })
  .extend('db', { scope: 'file' }, async ({ database }, { onCleanup }) => {
    onCleanup(() => database.close())
    const { client } = database
    await client.$executeRaw`
      CREATE FUNCTION slowly(text, text) RETURNS boolean LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.1); RETURN texticlike($1, $2); END $$`
    await client.$executeRaw`CREATE OPERATOR public.~~* (LEFTARG = text, RIGHTARG = text, FUNCTION = slowly)`
    return client
  })

test('a search has a second, and everything else has not changed', async ({ db, me }) => {
  for (let count = 0; count < 40; count++) await me.client.task.create.mutate({ title: `Task ${count}` })
  const start = performance.now()
  const refusal = await refusalOf(me.client.task.list.query({ search: 'nowhere', withTotal: true }))
  expect(refusal).toMatchObject({ reason: 'TIMEOUT', httpStatus: 504 })
  // Forty comparisons take 4 s, and a statement has 5 s.
  expect(performance.now() - start).toBeLessThan(3_000)

  // The connection has forgotten about it.
  const slow = db.$queryRaw`SELECT 'done' AS said FROM pg_sleep(1.5)`
  expect(await slow).toEqual([{ said: 'done' }])
  expect(await me.client.task.list.query({ withTotal: true })).toMatchObject({ total: 40 })
  expect(await me.client.task.list.query({ search: 'Task', limit: 1 })).toMatchObject({ items: [{}] })
})
