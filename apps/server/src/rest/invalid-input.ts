import type { ValidationIssue } from '@taskwire/contract'
import { DomainError } from '@taskwire/domain'

const MAX_ISSUES = 50

/** The failure of a call whose request says what no schema gets to see. */
export function invalidInput(...issues: ValidationIssue[]): DomainError<'VALIDATION_FAILED'> {
  return new DomainError('VALIDATION_FAILED', { issues: issues.slice(0, MAX_ISSUES) })
}
