import { databaseMessage, FolderInUseError, isAccessRefused, isUnavailable, MigrationError } from '@taskwire/prisma'
import { failureOf } from '@taskwire/router'
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
  const failure = failureOf(error)
  if (failure !== null && failure.data.reason !== 'INTERNAL') {
    if (failure.data.reason === 'NOT_FOUND') return 'There is no such account or token'
    return failure.data.issues?.map(({ message }) => message).join('\n') ?? failure.message
  }
  return error.stack ?? error.message
}
