import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

/** What is derived from one secret. */
export interface SigningKeys {
  /** Names the secret in a token's header (RFC 7515 §4.1.4); says nothing that helps to guess it. */
  readonly kid: string
  /** HS256 key of access tokens. */
  readonly access: KeyObject
  /** HS256 key of refresh tokens. */
  readonly refresh: KeyObject
}

/** The keys that sign, and all that verify. */
export interface KeyRing {
  /** Signs what is new. */
  readonly current: SigningKeys
  /** The keys that a token names, unless they are none of ours. */
  find(kid: string): SigningKeys | undefined
}

const KEY_BYTES = 32
const KID_BYTES = 9

/**
 * Derives the keys of one secret by HKDF-SHA256 (RFC 5869) with an empty salt; the info string keeps them independent.
 *
 * The keys are `KeyObject`s: given a string, jsonwebtoken tries to parse it as a public key on every call.
 */
export function deriveKeys(secret: string): SigningKeys {
  return {
    kid: derive(secret, 'taskwire/kid/v1', KID_BYTES).toString('base64url'),
    access: createSecretKey(derive(secret, 'taskwire/access/v1', KEY_BYTES)),
    refresh: createSecretKey(derive(secret, 'taskwire/refresh/v1', KEY_BYTES)),
  }
}

/** A key ring whose previous secret, if any, still verifies while a new one is being rolled out. */
export function createKeyRing({
  secret,
  previousSecret,
}: {
  secret: string
  previousSecret?: string | undefined
}): KeyRing {
  const current = deriveKeys(secret)
  const all = previousSecret === undefined ? [current] : [current, deriveKeys(previousSecret)]
  const byKid = new Map(all.map((keys) => [keys.kid, keys]))
  return { current, find: (kid) => byKid.get(kid) }
}

function derive(secret: string, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', info, length))
}
