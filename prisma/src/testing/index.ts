import type { OpenDatabase } from '../driver.ts'
import { fromDriver } from '../open-database.ts'
import { freshDriver } from './fresh-driver.ts'

export { openNotifications } from '../notifications.ts'
export { recordedDatabase } from './recorded-database.ts'
export { createServerDatabase, createTemplate } from './server.ts'
export { findServerUrl, freshServerUrl } from './server-url.ts'
export { type TemporaryFolder, temporaryDataDir, temporaryFolder } from './temporary-folder.ts'

/**
 * A migrated and empty database for a suite: call it in `beforeAll`. The suites of a worker run one after the other on
 * one database that is emptied for each, which takes milliseconds. It is embedded, or on the PostgreSQL server that
 * `pnpm test:services` names.
 */
export async function testDatabase(): Promise<OpenDatabase> {
  workerDatabase ??= freshDatabase()
  const database = await workerDatabase
  await database.client.$executeRaw`TRUNCATE users, external_deletions CASCADE`
  return { ...database, close: async () => {}, [Symbol.asyncDispose]: async () => {} }
}
let workerDatabase: Promise<OpenDatabase> | undefined

/** A database of one's own, for suites that change the schema. Close it. */
export async function freshDatabase({ migrated = true } = {}): Promise<OpenDatabase> {
  return fromDriver(await freshDriver({ migrated }))
}
