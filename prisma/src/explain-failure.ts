import { DatabaseUrlError, type UrlVariable } from './connection-string.ts'
import { databaseMessage, isAccessRefused, isTlsRefused, isUnavailable } from './errors.ts'
import { FolderError } from './folder-error.ts'
import { FolderInUseError } from './folder-lock.ts'
import { LostDatabaseError } from './lost-database.ts'
import { MigrationError } from './migrations/errors.ts'
import { SchemaError } from './migrations/prepare-schema.ts'
import { ReadOnlyError } from './read-only-error.ts'

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
  ]
  if (expected.some((kind) => error instanceof kind)) return error.message
  const says = databaseMessage(error)
  if (isAccessRefused(error)) return `The database lets nobody in: ${says}. Check ${variable}`
  if (isTlsRefused(error)) {
    return `No encrypted connection to the database: ${says}. Check the server's certificate, and sslmode in ${variable}`
  }
  if (isUnavailable(error)) return `The database cannot be reached: ${says}. Check that it runs, and ${variable}`
  return null
}
