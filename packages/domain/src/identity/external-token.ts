import { createSecretKey } from 'node:crypto'
import { isStorable } from '@taskwire/contract'
import jwt from 'jsonwebtoken'
import { DomainError } from '../domain-error.ts'

/** A sign-in service whose tokens are taken as well. */
export interface ExternalIssuer {
  /** The `iss` of its tokens. */
  issuer: string
  /** The `aud` that they must have. */
  audience: string
  /** Shared with that service for HS256. */
  secret: string
  /** Whether an account is made only for an address that the service has verified: an `email_verified` that is `true`. */
  requireVerifiedEmail: boolean
}

/** Whom a foreign token speaks for. */
export interface ExternalSubject {
  issuer: string
  /** The user's name at that issuer. */
  subject: string
  /** That an account may be made with, as the issuer has it; undefined where the token names none, or none verified. */
  email: string | undefined
  /** Undefined in a token that does not say. */
  issuedAt: Date | undefined
  expiresAt: Date
}

export interface ExternalTokens {
  /** Whose tokens these are. */
  issuer: string
  /** Whether the token claims to be of this issuer; nothing is verified yet. */
  claims(token: string): boolean
  /** @throws DomainError TOKEN_EXPIRED for a token that only its age invalidates, else TOKEN_INVALID */
  verify(token: string): ExternalSubject
}

const MAX_LENGTH = 8_192
const MAX_SUBJECT_LENGTH = 255
/** The last second that JavaScript and PostgreSQL both write with a year of four digits. */
const LAST_SECOND = 253_402_300_799
/** By how much that issuer's clock may be ahead of ours. */
const CLOCK_SKEW_SECONDS = 60

/** Reads the tokens of another issuer: HS256 by its own secret, with its issuer and audience; `typ` and `kid` are its affair. */
export function createExternalTokens({
  issuer,
  audience,
  secret,
  requireVerifiedEmail,
}: ExternalIssuer): ExternalTokens {
  const key = createSecretKey(Buffer.from(secret))
  return {
    issuer,
    claims(token) {
      if (token.length > MAX_LENGTH) return false
      return readClaims(token)?.iss === issuer
    },

    verify(token) {
      const { header, payload } = verifySignature(token, { key, issuer, audience })
      const { sub, exp, iat, nbf, email, email_verified: emailVerified } = payload
      const now = Date.now() / 1_000
      if ('crit' in header || !isSubject(sub)) throw invalid()
      if (!Number.isFinite(exp) || !isPast(iat) || !isPast(nbf)) throw invalid()
      if (Number(exp) <= now) throw new DomainError('TOKEN_EXPIRED')
      // The text "true" is no boolean (OpenID Connect Core §5.1), and says nothing about who has checked.
      const usable = typeof email === 'string' && (emailVerified === true || !requireVerifiedEmail)
      return {
        issuer,
        subject: sub,
        email: usable ? email : undefined,
        issuedAt: iat === undefined ? undefined : toDate(iat),
        expiresAt: toDate(Number(exp)),
      }
    },
  }
}

/** Of a token that anybody may have written: the parser throws at a payload that is no JSON, and quotes it. */
function readClaims(token: string): jwt.JwtPayload | null {
  try {
    const claims = jwt.decode(token)
    return typeof claims === 'object' ? claims : null
  } catch {
    return null
  }
}

/** A name that the database can tell from every other: it would store one half of a surrogate pair like another. */
function isSubject(sub: unknown): sub is string {
  return typeof sub === 'string' && sub !== '' && sub.length <= MAX_SUBJECT_LENGTH && isStorable(sub)
}

function toDate(seconds: number): Date {
  return new Date(Math.min(Math.max(seconds, 0), LAST_SECOND) * 1_000)
}

/** A moment (RFC 7519 §2, NumericDate) that has come, or none at all. */
function isPast(date: unknown): boolean {
  return date === undefined || (typeof date === 'number' && date <= Date.now() / 1_000 + CLOCK_SKEW_SECONDS)
}

function verifySignature(
  token: string,
  { key, issuer, audience }: { key: ReturnType<typeof createSecretKey>; issuer: string; audience: string },
): { header: jwt.JwtHeader; payload: jwt.JwtPayload } {
  try {
    const { header, payload } = jwt.verify(token, key, {
      algorithms: ['HS256'],
      issuer,
      audience,
      complete: true,
      ignoreExpiration: true,
      ignoreNotBefore: true,
    })
    if (typeof payload === 'string') throw invalid()
    return { header, payload }
  } catch {
    // The caller is not told why: the library's messages quote the token.
    throw invalid()
  }
}

function invalid(): DomainError<'TOKEN_INVALID'> {
  return new DomainError('TOKEN_INVALID')
}
