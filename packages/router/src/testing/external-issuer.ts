import { forgeToken, hmac } from '@taskwire/domain/testing'
import type { ServicesConfig } from '../services.ts'

/** Another sign-in service, for `testServices(db, { externalIssuer })`. */
export const externalIssuer: NonNullable<ServicesConfig['externalIssuer']> = {
  issuer: 'https://sign-in.example.com',
  audience: 'taskwire',
  secret: 'the secret of the other service, also long enough',
  requireVerifiedEmail: true,
}

/** A token of that service, with something changed; what is undefined is left out. */
export function externalToken({
  header = {},
  claims = {},
  sign = hmac(externalIssuer.secret),
}: {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  sign?: Parameters<typeof forgeToken>[0]['sign']
} = {}): string {
  const now = Math.floor(Date.now() / 1_000)
  return forgeToken({
    header: { alg: 'HS256', ...header },
    claims: {
      iss: externalIssuer.issuer,
      aud: externalIssuer.audience,
      sub: crypto.randomUUID(),
      email: `${crypto.randomUUID()}@example.com`,
      email_verified: true,
      iat: now,
      exp: now + 300,
      ...claims,
    },
    sign,
  })
}
