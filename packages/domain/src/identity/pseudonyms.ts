import { createHmac, hkdfSync } from 'node:crypto'

/** Bytes: no two names will ever share a pseudonym. */
const LENGTH = 16

/**
 * Names things where others may read, such as the keys of limits: short, however long the name is, the same from every
 * process that has the secret, and without meaning to whoever lacks it.
 */
export function createPseudonyms(secret: string): (name: string) => string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'taskwire/pseudonyms/v1', 32))
  return (name) => createHmac('sha256', key).update(name).digest().subarray(0, LENGTH).toString('base64url')
}
