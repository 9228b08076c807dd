import { readId } from '@taskwire/contract'
import { DomainError } from '../domain-error.ts'
import { type JwtClaims, type JwtType, signJwt, verifyJwt } from './jwt.ts'
import { createKeyRing, type KeyRing } from './keys.ts'

/** Whom a token speaks for: one generation of one session of one user. */
export interface TokenSubject {
  userId: string
  sessionId: string
  generation: number
}

/** What a valid access token says. */
interface AccessTokenClaims extends TokenSubject {
  issuedAt: Date
  expiresAt: Date
}

/** A fresh access token, and when it ends. */
interface AccessToken {
  token: string
  expiresAt: Date
}

export interface TokensConfig {
  /** Signs and verifies. */
  secret: string
  /** Verifies only: the secret before a rotation, or the one after it that is not yet in use everywhere. */
  previousSecret?: string | undefined
  /** Life of an access token, in whole seconds; a token that claims to live longer is refused. */
  accessTtlSeconds: number
}

/** Signs and verifies the tokens of a session: JWTs by HS256, pure functions of secret, arguments and the clock. */
export interface Tokens {
  /**
   * A token for the Authorization header (`typ: at+jwt`, RFC 9068).
   *
   * @param mostSeconds a shorter life than the configured one
   */
  signAccess(subject: TokenSubject, mostSeconds?: number): AccessToken
  /** @throws DomainError TOKEN_EXPIRED for a token that only its age invalidates, else TOKEN_INVALID */
  verifyAccess(token: string): AccessTokenClaims
  /**
   * A token for the cookie (`typ: rt+jwt`), which ends with the session. The same session and generation sign to the same
   * token on every process and at any time, so that nothing secret needs storing.
   */
  signRefresh(session: TokenSubject & { expiresAt: Date }): string
  /** @throws DomainError TOKEN_EXPIRED for a token that only its age invalidates, else TOKEN_INVALID */
  verifyRefresh(token: string): TokenSubject
}

/** By how much the clock that a token was made by may be ahead of ours. */
const CLOCK_SKEW_SECONDS = 60

export function createTokens({ secret, previousSecret, accessTtlSeconds }: TokensConfig): Tokens {
  const keyRing = createKeyRing({ secret, previousSecret })

  return {
    signAccess(subject, mostSeconds = accessTtlSeconds) {
      const issuedAt = toSeconds(Date.now())
      const expiresAt = issuedAt + Math.min(accessTtlSeconds, mostSeconds)
      const claims = { ...toClaims(subject), iat: issuedAt, exp: expiresAt }
      return { token: signJwt(claims, { type: 'at+jwt', keys: keyRing.current }), expiresAt: toDate(expiresAt) }
    },

    verifyAccess(token) {
      const { subject, issuedAt, expiresAt } = read(token, { type: 'at+jwt', keyRing })
      if (issuedAt === undefined) throw new DomainError('TOKEN_INVALID')
      const lifetime = expiresAt - issuedAt
      const fromTheFuture = issuedAt > toSeconds(Date.now()) + CLOCK_SKEW_SECONDS
      if (fromTheFuture || lifetime <= 0 || lifetime > accessTtlSeconds) throw new DomainError('TOKEN_INVALID')
      refuseExpired(expiresAt)
      return { ...subject, issuedAt: toDate(issuedAt), expiresAt: toDate(expiresAt) }
    },

    signRefresh({ expiresAt, ...subject }) {
      const claims = { ...toClaims(subject), exp: toSeconds(expiresAt.getTime()) }
      return signJwt(claims, { type: 'rt+jwt', keys: keyRing.current })
    },

    verifyRefresh(token) {
      const { subject, expiresAt } = read(token, { type: 'rt+jwt', keyRing })
      refuseExpired(expiresAt)
      return subject
    },
  }
}

function toClaims({ userId, sessionId, generation }: TokenSubject): JwtClaims {
  return { sub: userId, sid: sessionId, gen: generation }
}

/** The claims that every token of ours has, whatever its age. */
function read(token: string, expected: { type: JwtType; keyRing: KeyRing }) {
  const { sub, sid, gen: generation, iat: issuedAt, exp: expiresAt } = verifyJwt(token, expected) ?? {}
  const userId = readId(sub)
  const sessionId = readId(sid)
  if (userId === null || sessionId === null || !isCount(generation)) throw new DomainError('TOKEN_INVALID')
  if (!isCount(expiresAt)) throw new DomainError('TOKEN_INVALID')
  if (issuedAt !== undefined && !isCount(issuedAt)) throw new DomainError('TOKEN_INVALID')
  return { subject: { userId, sessionId, generation }, issuedAt, expiresAt }
}

/** A generation, or a NumericDate (RFC 7519 §2) that is whole, as ours are. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function refuseExpired(expiresAt: number): void {
  if (Date.now() >= expiresAt * 1000) throw new DomainError('TOKEN_EXPIRED')
}

function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}

function toDate(seconds: number): Date {
  return new Date(seconds * 1000)
}
