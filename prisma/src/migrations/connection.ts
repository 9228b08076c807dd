/** What migrating needs of a database: the direct way to it, without the limits that calls are under. */
export interface MigrationConnection {
  /** Runs one statement. @returns its rows, and how many it has read or changed */
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[]; count: number }>
  /** Sends a script whole, in the same session: PostgreSQL runs several statements in one transaction. */
  script(sql: string): Promise<void>
  /** A session beside that one, to see what it waits for; null where there is no other, and so nobody to wait for. */
  readonly bystander: Bystander | null
  close(): Promise<void>
}

export interface Bystander {
  /** The process of the server that migrates. */
  readonly migrating: number
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
}
