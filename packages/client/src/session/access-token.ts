/** An access token, and how long it works. Times are those of a clock that no user can set. */
export interface AccessToken {
  readonly token: string
  /** The session to which it belongs; null where the token does not say. */
  readonly sessionId: string | null
  /** When it is to be replaced: in the last minute of its life, or in the last tenth of a life of less than ten minutes. */
  readonly renewAt: number
  /** When it stops working. Like `renewAt` in milliseconds of `performance.now()`. */
  readonly endsAt: number
}

/** Milliseconds. */
const RENEWED_BEFORE_END = 60_000

/** As a fraction of its life. */
const RENEWED_IN_LAST = 0.1

/**
 * Reads a token that has just arrived; only the server verifies it. Its life is the difference of two times of the
 * server, so that a wrong clock here does not matter.
 */
export function readAccessToken(token: string): AccessToken {
  const { sid, iat, exp } = readClaims(token)
  const life = typeof iat === 'number' && typeof exp === 'number' ? (exp - iat) * 1_000 : Number.POSITIVE_INFINITY
  const endsAt = performance.now() + life
  return {
    token,
    sessionId: typeof sid === 'string' ? sid : null,
    renewAt: endsAt - Math.min(RENEWED_BEFORE_END, life * RENEWED_IN_LAST),
    endsAt,
  }
}

/** The payload of a JWT (RFC 7519 §3); an empty object for any other text, such as a frontend's tests use. */
function readClaims(token: string): Record<string, unknown> {
  try {
    const payload = token.split('.')[1] ?? ''
    return JSON.parse(decodeBase64Url(payload))
  } catch {
    return {}
  }
}

const BASE64_URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The bytes of a base64url text (RFC 4648 §5), each as a character. React Native has not always `atob`. */
function decodeBase64Url(text: string): string {
  const decoded: string[] = []
  let bits = 0
  for (const [index, character] of [...text].entries()) {
    bits = ((bits << 6) | BASE64_URL.indexOf(character)) & 0xfff
    // Each four characters are three bytes.
    const left = (index % 4) * 2
    if (left > 0) decoded.push(String.fromCharCode((bits >> (6 - left)) & 0xff))
  }
  return decoded.join('')
}
