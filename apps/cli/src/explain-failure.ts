import { databaseMessage, FolderInUseError, isAccessRefused, isUnavailable, MigrationError } from '@taskwire/prisma'
import { EnvError } from '@taskwire/server/env'
import { CommandError } from './terminal.ts'

/** A failure in plain words; with its stack only where nobody foresaw it. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const expected = [CommandError, EnvError, FolderInUseError, MigrationError]
  if (expected.some((kind) => error instanceof kind)) return error.message
  if (isAccessRefused(error)) return `The database lets nobody in: ${databaseMessage(error)}. Check DATABASE_URL`
  if (isUnavailable(error)) {
    return `The database cannot be reached: ${databaseMessage(error)}. Check that it runs, and DATABASE_URL`
  }
  return error.stack ?? error.message
}
