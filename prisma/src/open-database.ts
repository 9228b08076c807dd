import type { DatabaseConfig } from './config.ts'
import { openEmbedded } from './embedded.ts'
import type { PrismaClient } from './generated/client.ts'
import type { MigrationConnection } from './migrations/connection.ts'
import { createMigrations, type Migrations } from './migrations/index.ts'
import type { Notifications } from './notifications.ts'
import { openServer } from './server.ts'

/** An open database: an embedded Postgres or a server, behind one face. */
export interface OpenDatabase extends AsyncDisposable {
  readonly kind: 'embedded' | 'server'
  readonly client: PrismaClient
  readonly migrations: Migrations
  /** Carries messages between the processes on a server; null where there is only this one. */
  readonly notifications: Notifications | null
  /**
   * Resolves when the database cannot go on in this process, which then has to end. Only the embedded one does that:
   * when its folder is gone or its disk fails. Every call is refused from then on.
   */
  readonly lost: Promise<Error>
  /**
   * Asks the database whether it is there and can write, past the connections that calls take.
   *
   * @returns the round trip in milliseconds
   * @throws when it is not, and ReadOnlyError when it cannot
   */
  ping(): Promise<number>
  /** Ends every connection and releases the folder. Closing again does nothing. */
  close(): Promise<void>
}

/** What a kind of database has to bring; `openDatabase` adds what is the same for both. */
export interface Driver {
  readonly kind: 'embedded' | 'server'
  readonly client: PrismaClient
  readonly notifications: Notifications | null
  readonly lost: Promise<Error>
  ping(): Promise<number>
  migrationConnection(): Promise<MigrationConnection>
  close(): Promise<void>
}

/**
 * Opens the embedded database, or the server that `config.url` names. A server is connected to on first use.
 *
 * @throws FolderInUseError when another process has the embedded database open
 * @throws FolderError when the folder, or what is in it, cannot be used
 * @throws DatabaseUrlError
 */
export async function openDatabase(config: DatabaseConfig): Promise<OpenDatabase> {
  return fromDriver(
    config.url === undefined ? await openEmbedded(config.dataDir) : openServer({ ...config, url: config.url }),
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
    close,
    [Symbol.asyncDispose]: close,
  }
}
