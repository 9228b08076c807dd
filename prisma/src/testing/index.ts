import { inject } from 'vitest'
import { embeddedDriver } from '../embedded.ts'
import { fromDriver, type OpenDatabase, openDatabase } from '../open-database.ts'
import { createServerDatabase } from './server.ts'
import { migratedSnapshot } from './snapshot.ts'

/**
 * A migrated and empty database for a suite: call it in `beforeAll`. The suites of a worker run one after the other on
 * one database that is emptied for each, which takes milliseconds. It is embedded, or on the PostgreSQL server that
 * `pnpm test:services` names.
 */
export async function testDatabase(): Promise<OpenDatabase> {
  workerDatabase ??= freshDatabase()
  const database = await workerDatabase
  await database.client.$executeRaw`TRUNCATE users CASCADE`
  return { ...database, close: async () => {}, [Symbol.asyncDispose]: async () => {} }
}
let workerDatabase: Promise<OpenDatabase> | undefined

/** A database of one's own, for suites that change the schema. Close it. */
export async function freshDatabase({ migrated = true } = {}): Promise<OpenDatabase> {
  const server = inject('testServer')
  if (server !== undefined)
    return openDatabase({ url: await createServerDatabase({ ...server, migrated }), dataDir: '' })
  return fromDriver(await embeddedDriver(migrated ? { loadDataDir: await migratedSnapshot() } : {}))
}
