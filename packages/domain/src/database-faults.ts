import { isForeignKeyViolation, isOutOfTime, isTimeout, isUnavailable, isWriteConflict } from '@taskwire/prisma'
import { DomainError } from './domain-error.ts'

const RETRY_AFTER_SECONDS = 1

/** What a caller can make of an error of the database; null where it is a fault of ours. */
export function toDomainError(error: unknown): DomainError | null {
  if (isTimeout(error)) return new DomainError('TIMEOUT')
  // A write conflict gets here when it was lost several times in a row: that is load, and it passes.
  if (isUnavailable(error) || isWriteConflict(error) || isOutOfTime(error))
    return new DomainError('UNAVAILABLE', { retryAfter: RETRY_AFTER_SECONDS })
  // Tasks and tags go by tombstone, long before their row does: what can be missing is the user, deleted a moment ago
  // and the sessions with them.
  if (isForeignKeyViolation(error)) return new DomainError('SESSION_REVOKED')
  return null
}
