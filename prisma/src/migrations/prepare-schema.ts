import { UNFINISHED_HINT } from './errors.ts'
import type { Migrations } from './index.ts'

/** The database's schema is not the one that this program works with. */
export class SchemaError extends Error {
  override name = 'SchemaError'
}

/**
 * Applies pending migrations where that is wanted.
 *
 * @returns the names of those applied
 * @throws SchemaError when migrations are pending and not to be applied, or one was never finished; MigrationError
 */
export async function prepareSchema(
  { migrations }: { migrations: Migrations },
  { autoMigrate, onProgress }: { autoMigrate: boolean; onProgress: (line: string) => void },
): Promise<string[]> {
  const { pending, failed } = await migrations.status()
  if (failed.length > 0) {
    throw new SchemaError(`Migration ${failed[0]} was begun and never finished: ${UNFINISHED_HINT}`)
  }
  if (pending.length === 0) return []
  if (!autoMigrate) {
    throw new SchemaError(
      `The database lacks ${pending.join(', ')}: run \`pnpm taskwire migrate up\`, or set AUTO_MIGRATE=true`,
    )
  }
  return migrations.up({ onProgress })
}
