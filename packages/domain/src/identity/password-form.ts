import { MAX_PASSWORD_BYTES, normalizePassword } from '@taskwire/contract'

/**
 * The forms in which a password may have been hashed, the present one first. Until NFKC, it was NFC that was hashed: for
 * ASCII, and most of what people type, it is the same.
 */
export function formsOf(password: string): [present: string, ...earlier: string[]] {
  const present = normalizePassword(password)
  const earlier = password.normalize('NFC')
  return earlier === present ? [present] : [present, earlier]
}

/** Whether bcrypt sees all of a normalised password. */
export function fitsBcrypt(password: string): boolean {
  return Buffer.byteLength(password) <= MAX_PASSWORD_BYTES
}
