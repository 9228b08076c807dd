import { embeddedDriver } from '../embedded.ts'
import type { Driver } from '../open-database.ts'
import { openServer } from '../server.ts'
import { findServerUrl } from './server-url.ts'
import { migratedSnapshot } from './snapshot.ts'

/** A driver on a database of its own: embedded, or on the PostgreSQL server that `pnpm test:services` names. */
export async function freshDriver({ migrated }: { migrated: boolean }): Promise<Driver> {
  const url = await findServerUrl({ migrated })
  if (url !== undefined) return openServer({ url, dataDir: '' })
  return embeddedDriver(migrated ? { loadDataDir: await migratedSnapshot() } : {})
}
