import { isUniqueViolation } from '@taskwire/prisma'
import { DomainError } from './domain-error.ts'

/** Runs a write that may meet what is unique and there already. @throws DomainError with the reason, when it does */
export async function refuseTaken<T>(reason: 'EMAIL_TAKEN' | 'TAG_NAME_TAKEN', write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError(reason)
    throw error
  }
}
