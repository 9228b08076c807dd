import type { StatementListener } from './statement-observation.ts'

/** Connections of a pool, where nothing else is said. */
export const DEFAULT_POOL_SIZE = 10

/** Where the database is. Without `url`: the embedded one, in `dataDir`. */
export interface DatabaseConfig {
  /** postgresql:// URL that queries go through; may lead to a pooler. */
  url?: string | undefined
  /** postgresql:// URL straight to the server, for migrations and LISTEN; the same as `url` unless a pooler is between. */
  directUrl?: string | undefined
  /** Connections at most. Default `DEFAULT_POOL_SIZE`. */
  poolSize?: number | undefined
  /** Folder of the embedded database; created when missing. */
  dataDir: string
  /** Told of each statement at its end, but not of those of migrations and health. It must not throw. */
  onStatement?: StatementListener | undefined
}
