import { DatabaseUrlError, type UrlVariable } from './connection-string.ts'
import {
  databaseMessage,
  isAccessRefused,
  isSchemaAnother,
  isTableMissing,
  isTlsRefused,
  isUnavailable,
} from './errors.ts'
import { FolderError } from './folder-error.ts'
import { FolderInUseError } from './folder-lock.ts'
import { LostDatabaseError } from './lost-database.ts'
import { MigrationError } from './migrations/errors.ts'
import { SchemaError } from './migrations/prepare-schema.ts'
import { ReadOnlyError } from './read-only-error.ts'
import { UnfitServerError } from './unfit-server-error.ts'

/**
 * What an operator can do something about, in a plain line.
 * @param variable whose URL was connected to
 * @returns null for what is no failure of the database, or one that nobody foresaw
 */
export function explainDatabaseFailure(error: unknown, variable: UrlVariable = 'DATABASE_URL'): string | null {
  if (!(error instanceof Error)) return null
  const expected = [
    FolderInUseError,
    FolderError,
    LostDatabaseError,
    DatabaseUrlError,
    MigrationError,
    SchemaError,
    ReadOnlyError,
    UnfitServerError,
  ]
  if (expected.some((kind) => error instanceof kind)) return error.message
  const says = databaseMessage(error)
  if (isTableMissing(error) || isSchemaAnother(error)) {
    return `The database's schema is not that of this version (${says}): run \`pnpm taskwire migrate up\`, and \`pnpm taskwire doctor\` where nothing is pending`
  }
  if (isAccessRefused(error)) return `The database lets nobody in: ${says}. Check ${variable}`
  if (isTlsRefused(error)) {
    return `No encrypted connection to the database: ${says}. Check the server's certificate, and sslmode in ${variable}`
  }
  if (isUnavailable(error)) return `The database cannot be reached: ${says}. Check that it runs, and ${variable}`
  return null
}
