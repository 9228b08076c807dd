import { TOKEN_ISSUER } from '@taskwire/contract'
import jwt from 'jsonwebtoken'
import type { KeyRing, SigningKeys } from './keys.ts'

/** What a token is for, as its `typ` header says (RFC 8725 §3.11): each has a key of its own. */
export type JwtType = 'at+jwt' | 'rt+jwt'

/** Claims as they came out of a signed token: whose they are is certain, what they hold is not. */
export type JwtClaims = Readonly<Record<string, unknown>>

const ALGORITHM = 'HS256'
const AUDIENCE = 'taskwire-api'

// Ours are about 400 characters: whatever is far beyond is not worth parsing.
const MAX_LENGTH = 2048

const KEY_OF = { 'at+jwt': 'access', 'rt+jwt': 'refresh' } as const satisfies Record<JwtType, keyof SigningKeys>

/** Signs the claims, and nothing that varies: a token carries `iat` only where the claims bring it. */
export function signJwt(claims: JwtClaims, { type, keys }: { type: JwtType; keys: SigningKeys }): string {
  return jwt.sign({ iss: TOKEN_ISSUER, aud: AUDIENCE, ...claims }, keys[KEY_OF[type]], {
    algorithm: ALGORITHM,
    header: { alg: ALGORITHM, typ: type, kid: keys.kid },
    noTimestamp: !('iat' in claims),
  })
}

/**
 * The claims of a token that we signed for this purpose, expired or not (RFC 8725); undefined for any other string.
 *
 * The caller is not told why a token is refused, nor what the parser says, which quotes the token.
 */
export function verifyJwt(
  token: string,
  { type, keyRing }: { type: JwtType; keyRing: KeyRing },
): JwtClaims | undefined {
  if (token.length > MAX_LENGTH || !isCanonical(token)) return undefined
  try {
    const keys = findKeys(jwt.decode(token, { complete: true })?.header, { type, keyRing })
    if (keys === undefined) return undefined
    const claims: unknown = jwt.verify(token, keys[KEY_OF[type]], {
      algorithms: [ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: AUDIENCE,
      ignoreExpiration: true,
    })
    return isObject(claims) ? claims : undefined
  } catch {
    return undefined
  }
}

function findKeys(header: unknown, { type, keyRing }: { type: JwtType; keyRing: KeyRing }): SigningKeys | undefined {
  if (!isObject(header)) return undefined
  const { alg, typ, kid, crit } = header
  if (alg !== ALGORITHM || typ !== type || typeof kid !== 'string' || crit !== undefined) return undefined
  return keyRing.find(kid)
}

// Node's base64 decoder skips what it does not know and ignores spare bits, so that one token could be spelt many ways.
function isCanonical(token: string): boolean {
  const parts = token.split('.')
  return parts.length === 3 && parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}

function isObject(value: unknown): value is JwtClaims {
  return typeof value === 'object' && value !== null
}
