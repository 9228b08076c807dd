import { createHmac, type KeyObject } from 'node:crypto'

/** The parts of a JWT, each free to be wrong. A text stands for itself; a property that is undefined is left out. */
export interface TokenParts {
  header: unknown
  claims: unknown
  sign: (input: string) => Buffer
}

/** Puts a JWT together by hand (RFC 7515 §7.1), as no library would. */
export function forgeToken({ header, claims, sign }: TokenParts): string {
  const input = `${encodePart(header)}.${encodePart(claims)}`
  return `${input}.${sign(input).toString('base64url')}`
}

export function hmac(key: KeyObject | string, hash = 'sha256'): TokenParts['sign'] {
  return (input) => createHmac(hash, key).update(input).digest()
}

function encodePart(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}
