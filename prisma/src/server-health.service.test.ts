import { beforeEach, expect, test } from 'vitest'
import type { OpenDatabase } from './driver.ts'
import { explainDatabaseFailure } from './explain-failure.ts'
import { openDatabase } from './open-database.ts'
import { freshServerUrl } from './testing/server-url.ts'

let database: OpenDatabase
let psql: OpenDatabase
let name: string
beforeEach(async () => {
  const url = await freshServerUrl()
  name = new URL(url).pathname.slice(1)
  database = await openDatabase({ url, poolSize: 1, dataDir: '' })
  psql = await openDatabase({ url, dataDir: '' })
  return async () => {
    await database.close()
    await psql.close()
  }
})

const terminateOthers = () => psql.client.$queryRaw`
  SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`

test('the database is alive while calls take every connection that there is', async () => {
  const busy = database.client.$queryRaw`SELECT pg_sleep(4)::text`.then(String)
  const waiting = database.client.user.count().catch((error: unknown) => error)
  expect(await database.ping()).toBeLessThan(2_000)
  expect(await waiting).toBeInstanceOf(Error)
  await busy
})

test('asked again and again, it has one connection for that, and a new one when that is lost', async () => {
  const connections = async () => {
    const [row] = await psql.client.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'taskwire health'`
    return row?.count
  }
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 5 }, () => database.ping()))
    expect(await connections()).toBe(1)
    await terminateOthers()
    // The loss may be noticed by the next question only.
    await database.ping().catch(() => {})
  }
})

test('a database that only reads is not well, and it is when it writes again', async () => {
  await database.ping()
  await psql.client.$executeRawUnsafe(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`)
  await terminateOthers()
  const refused = await expectRefused()
  expect(explainDatabaseFailure(refused)).toMatch(/^The database only reads: DATABASE_URL leads to a standby, or /)
  await psql.client.$transaction([
    psql.client.$executeRaw`SET TRANSACTION READ WRITE`,
    psql.client.$executeRawUnsafe(`ALTER DATABASE "${name}" RESET default_transaction_read_only`),
  ])
  // Nobody ends the connections that began while it was so.
  expect(await database.ping()).toBeGreaterThan(0)
})

async function expectRefused(): Promise<unknown> {
  let refused: unknown
  await expect
    .poll(async () => {
      refused = await database.ping().catch((error: unknown) => error)
      return (refused as Error).name
    })
    .toBe('ReadOnlyError')
  return refused
}
