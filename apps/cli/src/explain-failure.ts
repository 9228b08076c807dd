import { EnvError } from '@taskwire/config'
import { explainDatabaseFailure } from '@taskwire/prisma'
import { failureOf } from '@taskwire/router'
import { CommandError } from './terminal.ts'

/** A failure in plain words; with its stack only where nobody foresaw it. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof CommandError || error instanceof EnvError) return error.message
  const databaseFailure = explainDatabaseFailure(error)
  if (databaseFailure !== null) return databaseFailure
  const failure = failureOf(error)
  if (failure.data.reason !== 'INTERNAL') {
    if (failure.data.reason === 'NOT_FOUND') return 'There is no such account or token'
    return failure.data.issues?.map(({ message }) => message).join('\n') ?? failure.message
  }
  return error.stack ?? error.message
}
