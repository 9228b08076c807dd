import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { freshServerUrl, testDatabase } from '@taskwire/prisma/testing'
import { test as base } from 'vitest'
import { type TestServer, type TestServerOptions, testServer } from './test-server.ts'

/**
 * `test` for a suite that calls one server: `const test = testWith({ trustProxy: 1 })`. The fixtures, one for the file:
 *
 * - `db`: an empty database
 * - `server`: the application on that database
 *
 * With cases: `test.for(cases)('…', async (one, { server }) => …)`.
 */
export function testWith(options: TestServerOptions) {
  return base
    .extend('db', { scope: 'file' }, () => testDatabase())
    .extend('server', { scope: 'file' }, serving(options))
}

/**
 * `test` for a suite that reaches one database in several ways. The fixtures, one for the file:
 *
 * - `databaseUrl`: of an empty database on the PostgreSQL server
 * - `db`: that database
 */
export const testOnPostgres = base
  .extend('databaseUrl', { scope: 'file' }, () => freshServerUrl())
  .extend('db', { scope: 'file' }, async ({ databaseUrl }, { onCleanup }) => {
    const db = await openDatabase({ url: databaseUrl, dataDir: '' })
    onCleanup(db.close)
    return db
  })

/** The fixture `server` of a `test` that has a `db`. */
export function serving(options: TestServerOptions) {
  return async (
    { db }: { db: OpenDatabase },
    { onCleanup }: { onCleanup(close: () => Promise<void>): void },
  ): Promise<TestServer> => {
    const server = await testServer(db, options)
    onCleanup(server.close)
    return server
  }
}
