/** Where the database is. Without `url`: the embedded one, in `dataDir`. */
export interface DatabaseConfig {
  /** postgresql:// URL that queries go through; may lead to a pooler. */
  url?: string | undefined
  /** postgresql:// URL straight to the server, for migrations and LISTEN; the same as `url` unless a pooler is between. */
  directUrl?: string | undefined
  /** Connections at most. Default 10. */
  poolSize?: number | undefined
  /** Folder of the embedded database; created when missing. */
  dataDir: string
}
