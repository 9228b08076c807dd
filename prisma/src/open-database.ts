import type { DatabaseConfig } from './config.ts'
import type { Driver, OpenDatabase } from './driver.ts'
import { openEmbedded } from './embedded.ts'
import { longTransaction, openSnapshot } from './long-transaction.ts'
import { createMigrations } from './migrations/index.ts'
import { openServer } from './server.ts'

/**
 * Opens the embedded database, or the server that `config.url` names. A server is connected to on first use.
 *
 * @throws FolderInUseError when another process has the embedded database open
 * @throws FolderError when the folder, or what is in it, cannot be used
 * @throws DatabaseUrlError
 */
export async function openDatabase(config: DatabaseConfig): Promise<OpenDatabase> {
  return fromDriver(
    config.url === undefined ? await openEmbedded(config.dataDir, config) : openServer({ ...config, url: config.url }),
  )
}

export function fromDriver(driver: Driver): OpenDatabase {
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= driver.close()
    return closing
  }
  return {
    kind: driver.kind,
    client: driver.client,
    notifications: driver.notifications,
    lost: driver.lost,
    migrations: createMigrations({ connect: () => driver.migrationConnection() }),
    ping: () => driver.ping(),
    connections: () => driver.connections(),
    snapshot: () => openSnapshot(driver.longConnection),
    longTransaction: (work) => longTransaction(driver.longConnection, work),
    close,
    [Symbol.asyncDispose]: close,
  }
}
