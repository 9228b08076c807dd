import { MAX_PASSWORD_BYTES, normalizePassword } from '@taskwire/contract'
import { dictionary } from '@zxcvbn-ts/language-common'
import { DomainError } from '../domain-error.ts'
import { fitsBcrypt } from './password-form.ts'
import { estimateStrength, PRODUCT } from './password-strength.ts'

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
  const message = findFault({ password: normalizePassword(password), email, minLength })
  if (message !== undefined) throw new DomainError('VALIDATION_FAILED', { issues: [{ path: field, message }] })
}

function findFault({ password, email, minLength }: NewPassword): string | undefined {
  if ([...password].length < minLength) return `Password must have at least ${minLength} characters`
  if (!fitsBcrypt(password)) {
    return `Password is too long: at most ${MAX_PASSWORD_BYTES} bytes (accented letters and emoji count for several)`
  }
  const localPart = email.slice(0, email.lastIndexOf('@'))
  if (contains(password, localPart)) return 'Password must not contain the name in your email address'
  if (isCommon(password)) return 'Password is too common: it is among the first that anybody would try'
  if (isMostlyProduct(password)) return 'Password must not be little more than the name of this product'
  const { guesses, feedback } = estimateStrength(password, [localPart])
  if (guesses >= 10 ** Math.min(MIN_GUESSES_LOG10, minLength - 1)) return undefined
  return ['Password is too easy to guess.', feedback.warning, ...feedback.suggestions].filter(Boolean).join(' ')
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
