import { EnvError } from '@taskwire/config'
import { ArchiveError, DomainError, VersionsUsedUpError } from '@taskwire/domain'
import { explainDatabaseFailure } from '@taskwire/prisma'
import { failureOf } from '@taskwire/router'
import { CommandError } from './terminal.ts'

/** Their messages are for whoever runs a command. */
const SAID = [CommandError, EnvError, ArchiveError, VersionsUsedUpError]

/** A failure in plain words; with its stack only where nobody foresaw it. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (SAID.some((kind) => error instanceof kind)) return error.message
  const databaseFailure = explainDatabaseFailure(error)
  if (databaseFailure !== null) return databaseFailure
  // Other errors of the database have reasons too, but for clients: here they are faults to look into.
  if (!isRefusal(error)) return error.stack ?? error.message
  const { message, data } = failureOf(error)
  if (data.reason === 'NOT_FOUND') return 'There is no such account or token'
  return data.issues?.map(({ message }) => message).join('\n') ?? message
}

/** Whether a verb has refused, called as such or by its procedure. */
function isRefusal(error: Error): boolean {
  return error instanceof DomainError || error.cause instanceof DomainError
}
