import { type DatabaseConfig, DEFAULT_POOL_SIZE } from '../config.ts'
import { type Finding, ok } from './finding.ts'
import type { ServerFacts } from './server-facts.ts'

/** One for LISTEN and one for `/health`. */
const BESIDE_THE_POOL = 2

/** What the server has free against what one process more will open. */
export function judgeConnections(
  { freeConnections }: ServerFacts,
  { poolSize = DEFAULT_POOL_SIZE }: DatabaseConfig,
  pooled: boolean,
): Finding {
  // Behind a pooler it is the pooler that opens them, up to its own limits.
  const needed = pooled ? 1 : poolSize + BESIDE_THE_POOL
  if (freeConnections >= needed) return ok(`${freeConnections} are free, a process opens ${needed} at most`)
  return {
    grade: 'WARN',
    says: `${freeConnections} are free, and a process opens up to ${needed}: under load calls will be UNAVAILABLE`,
    hint: 'lower DATABASE_POOL_SIZE, raise max_connections or the limit of the role or database, or put a pooler between',
  }
}
