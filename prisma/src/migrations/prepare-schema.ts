import { isTableMissing } from '../errors.ts'
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

/**
 * Tells a database that nobody has migrated yet from one that has lost a table.
 * @returns a SchemaError for the first, whatever it was that found a table missing; any other error as it is
 */
export async function explainMissingTable(
  error: unknown,
  { migrations }: { migrations: Migrations },
): Promise<unknown> {
  if (!isTableMissing(error)) return error
  const { applied } = await migrations.status()
  if (applied.length > 0) return error
  return new SchemaError('The database has no schema yet: run `pnpm taskwire migrate up`', { cause: error })
}
