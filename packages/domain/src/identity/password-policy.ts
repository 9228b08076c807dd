import { MAX_PASSWORD_BYTES, normalizePassword, type ValidationIssue, validationIssue } from '@taskwire/contract'
import { dictionary } from '@zxcvbn-ts/language-common'
import { DomainError } from '../domain-error.ts'
import { fitsBcrypt } from './password-form.ts'
import { adviceOf, estimateStrength, PRODUCT } from './password-strength.ts'

export interface NewPassword {
  password: string
  email: string
  /** Code points that a password has at least. */
  minLength: number
  /** The input's field, for the error's `path`. Default `password`. */
  field?: 'password' | 'newPassword' | undefined
}

// A shorter name is part of too many innocent words: "ann" of "planning".
const MIN_LOCAL_PART_LENGTH = 4

/**
 * As powers of ten: guesses that a password stands at least. A million takes years where five an hour are let through;
 * a random password stands ten for each character, and may be as short as it is configured.
 */
const MIN_GUESSES_LOG10 = 6

/**
 * Refuses a password that is too short, longer than bcrypt can see, made of the email's local part (where that has at
 * least 4 code points) or little more than the product's name, common, or easy to guess by zxcvbn's estimate: repeats,
 * sequences, dates. No rules on composition (NIST SP 800-63B-4 §3.1.1.2).
 *
 * @throws DomainError VALIDATION_FAILED with the first fault as the field's issue
 */
export function checkNewPassword({ password, email, minLength, field = 'password' }: NewPassword): void {
  const fault = findFault({ password: normalizePassword(password), email, minLength, field })
  if (fault !== undefined) throw new DomainError('VALIDATION_FAILED', { issues: [fault] })
}

function findFault({ password, email, minLength, field }: Required<NewPassword>): ValidationIssue | undefined {
  const label = 'Password'
  if ([...password].length < minLength) return validationIssue(field, 'TOO_SHORT', { label, min: minLength })
  if (!fitsBcrypt(password)) return validationIssue(field, 'TOO_MANY_BYTES', { label, max: MAX_PASSWORD_BYTES })
  const localPart = email.slice(0, email.lastIndexOf('@'))
  if (contains(password, localPart)) return validationIssue(field, 'PASSWORD_CONTAINS_EMAIL', {})
  if (isCommon(password)) return validationIssue(field, 'PASSWORD_TOO_COMMON', {})
  if (isMostlyProduct(password)) return validationIssue(field, 'PASSWORD_IS_PRODUCT_NAME', {})
  const { guesses, warning, suggestions } = estimateStrength(password, [localPart])
  if (guesses >= 10 ** Math.min(MIN_GUESSES_LOG10, minLength - 1)) return undefined
  const issue = validationIssue(field, 'PASSWORD_TOO_EASY', { warning, suggestions })
  return { ...issue, message: [issue.message, ...adviceOf({ warning, suggestions })].join(' ') }
}

function contains(password: string, localPart: string): boolean {
  return [...localPart].length >= MIN_LOCAL_PART_LENGTH && password.toLowerCase().includes(localPart.toLowerCase())
}

/** Whether the rest is no longer than the name: what people put behind it is the year and a `!`. */
function isMostlyProduct(password: string): boolean {
  const rest = password.toLowerCase().replaceAll(PRODUCT, '')
  return rest.length < password.length && [...rest].length <= PRODUCT.length
}

// A linear search of 50 000 takes 0.05 ms, and the hash that follows 300.
function isCommon(password: string): boolean {
  return dictionary['passwords-common'].includes(password.toLowerCase())
}
