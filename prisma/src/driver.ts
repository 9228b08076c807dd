import type { Prisma, PrismaClient } from './generated/client.ts'
import type { LongConnection, Snapshot } from './long-transaction.ts'
import type { MigrationConnection } from './migrations/connection.ts'
import type { Migrations } from './migrations/index.ts'
import type { Notifications } from './notifications.ts'

/** How many connections there are, and how much they are wanted. */
export interface Connections {
  /** As many as there may be. */
  most: number
  open: number
  /** Of those that are open. */
  idle: number
  /** Statements and transactions that wait for one. */
  waiting: number
}

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
  /** The connections that calls share. */
  connections(): Connections
  /**
   * Opens one picture of the database, to read from for as long as that takes: past the limits of calls, and past a
   * pooler. Dispose of it. Meanwhile the embedded database does nothing else: everybody waits.
   *
   * @throws DatabaseUrlError naming the variable to correct, when nothing can be reached or nobody is let in
   */
  snapshot(): Promise<Snapshot>
  /**
   * Does the work in one transaction in the same way. It is not run again when it loses a deadlock.
   *
   * @throws DatabaseUrlError
   */
  longTransaction<T>(work: (transaction: Prisma.TransactionClient) => Promise<T>): Promise<T>
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
  connections(): Connections
  migrationConnection(): Promise<MigrationConnection>
  longConnection(): Promise<LongConnection>
  close(): Promise<void>
}
