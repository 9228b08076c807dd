import { inject } from 'vitest'
import { embeddedDriver } from '../embedded.ts'
import type { Driver } from '../open-database.ts'
import { openServer } from '../server.ts'
import { createServerDatabase } from './server.ts'
import { migratedSnapshot } from './snapshot.ts'

/** A driver on a database of its own: embedded, or on the PostgreSQL server that `pnpm test:services` names. */
export async function freshDriver({ migrated }: { migrated: boolean }): Promise<Driver> {
  const server = inject('testServer')
  if (server !== undefined) return openServer({ url: await createServerDatabase({ ...server, migrated }), dataDir: '' })
  return embeddedDriver(migrated ? { loadDataDir: await migratedSnapshot() } : {})
}
