import type { DatabaseConfig } from '../config.ts'
import type { Driver } from '../driver.ts'
import { embeddedDriver } from '../embedded.ts'
import { openServer } from '../server.ts'
import { findServerUrl } from './server-url.ts'
import { databaseSnapshot, type Prepared } from './snapshot.ts'

/** A driver on a database of its own: embedded, or on the PostgreSQL server that `pnpm test:services` names. */
export async function freshDriver({
  migrated,
  onStatement,
}: Prepared & Pick<DatabaseConfig, 'onStatement'>): Promise<Driver> {
  const url = await findServerUrl({ migrated })
  if (url !== undefined) return openServer({ url, dataDir: '', onStatement })
  return embeddedDriver({ loadDataDir: await databaseSnapshot({ migrated }), onStatement })
}
