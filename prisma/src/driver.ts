import type { PrismaClient } from './generated/client.ts'
import type { MigrationConnection } from './migrations/connection.ts'
import type { Migrations } from './migrations/index.ts'
import type { Notifications } from './notifications.ts'

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
