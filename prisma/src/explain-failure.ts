import { DatabaseUrlError } from './connection-string.ts'
import { databaseMessage, isAccessRefused, isTlsRefused, isUnavailable } from './errors.ts'
import { FolderError } from './folder-error.ts'
import { FolderInUseError } from './folder-lock.ts'
import { MigrationError } from './migrations/errors.ts'
import { SchemaError } from './migrations/prepare-schema.ts'

/**
 * What an operator can do something about, in a plain line.
 * @returns null for what is no failure of the database, or one that nobody foresaw
 */
export function explainDatabaseFailure(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const expected = [FolderInUseError, FolderError, DatabaseUrlError, MigrationError, SchemaError]
  if (expected.some((kind) => error instanceof kind)) return error.message
  const says = databaseMessage(error)
  if (isAccessRefused(error)) return `The database lets nobody in: ${says}. Check DATABASE_URL`
  if (isTlsRefused(error)) {
    return `No encrypted connection to the database: ${says}. Check the server's certificate, and sslmode in DATABASE_URL`
  }
  if (isUnavailable(error)) return `The database cannot be reached: ${says}. Check that it runs, and DATABASE_URL`
  return null
}
