import type { NamedFinding } from '@taskwire/prisma'
import type { Env } from './env.ts'

/** What is allowed, and works badly. */
export function examineConfiguration({ http, identity }: Env): NamedFinding[] {
  const findings: NamedFinding[] = []
  const warn = (says: string, hint: string) => findings.push({ name: 'configuration', grade: 'WARN', says, hint })
  if (http.trustProxy === 0 && http.publicUrl.startsWith('https:')) {
    warn(
      'PUBLIC_URL is https, so a proxy stands in front, and TRUST_PROXY is 0: to the rate limits all the world is one address',
      'set TRUST_PROXY to the number of proxies in front',
    )
  }
  if (identity.jwtSecret !== undefined && identity.jwtSecret === identity.jwtSecretPrevious) {
    warn(
      'JWT_SECRET_PREVIOUS is the same as JWT_SECRET, so that nothing is rotated',
      'set it to the other of the two secrets, or leave it out',
    )
  }
  return findings
}
