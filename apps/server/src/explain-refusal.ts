import { databaseMessage, FolderInUseError, isAccessRefused, isUnavailable, MigrationError } from '@taskwire/prisma'
import { EnvError } from './env.ts'
import { AddressError } from './listen.ts'
import { SchemaError } from './prepare-schema.ts'

/** Why the server does not start, in a plain line for each fault; the whole story only for a fault of ours. */
export function explainRefusal(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const expected = [EnvError, FolderInUseError, MigrationError, SchemaError, AddressError]
  if (expected.some((kind) => error instanceof kind)) return error.message
  if (isAccessRefused(error)) return `The database lets nobody in: ${databaseMessage(error)}. Check DATABASE_URL`
  if (isUnavailable(error)) {
    return `The database cannot be reached: ${databaseMessage(error)}. Check that it runs, and DATABASE_URL`
  }
  return error.stack ?? error.message
}
