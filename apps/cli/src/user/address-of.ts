import { emailSchema, readId } from '@taskwire/contract'
import { type Database, findAddress } from '@taskwire/domain'
import { readInput } from '../read-input.ts'

/** The argument by which a command takes an account. */
export const ACCOUNT = ['<email>', 'its address, or its id as the log and the metrics have it'] as const

/** The address of the account that was named by address or by id. @throws CommandError, DomainError NOT_FOUND */
export async function addressOf(db: Database, typed: string): Promise<string> {
  const id = readId(typed)
  return id === null ? readInput(emailSchema, typed) : findAddress(db, id)
}
