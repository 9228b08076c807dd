import { MAX_PASSWORD_BYTES } from '@taskwire/contract'

/** One form for a password, however a keyboard composed its accents (RFC 8265 §4.2.2). */
export function normalizePassword(password: string): string {
  return password.normalize('NFC')
}

/** Whether bcrypt sees all of a normalised password. */
export function fitsBcrypt(password: string): boolean {
  return Buffer.byteLength(password) <= MAX_PASSWORD_BYTES
}
