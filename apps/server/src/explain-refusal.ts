import { EnvError } from '@taskwire/config'
import { explainDatabaseFailure } from '@taskwire/prisma'
import { AddressError } from './listen.ts'

/** Why the server does not start, in a plain line for each fault; the whole story only for a fault of ours. */
export function explainRefusal(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof EnvError || error instanceof AddressError) return error.message
  return explainDatabaseFailure(error) ?? error.stack ?? error.message
}
