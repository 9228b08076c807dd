import type { Database } from '@taskwire/prisma'
import { createApiTokenCheck } from '../api-token-check.ts'
import { forgetAccess, type Identity } from '../identity.ts'
import { createPasswords } from '../passwords.ts'
import { createSessionCheck } from '../session-check.ts'
import { createTokens } from '../tokens.ts'

/** What the verbs of identity work with, on that database: hashing is cheap, and nobody listens to what is noted. */
export function testIdentity(db: Database, overrides: Partial<Identity> = {}): Identity {
  const checks = { sessionCheck: createSessionCheck(db), apiTokenCheck: createApiTokenCheck(db) }
  return {
    passwords: createPasswords({ cost: 4 }),
    tokens: createTokens({ secret: 'a secret of at least thirty-two characters', accessTtlSeconds: 900 }),
    policy: { passwordMinLength: 8, refreshIdleTtlSeconds: 3_600, refreshAbsoluteTtlSeconds: 3_600 },
    ...checks,
    accessChanged: (userId) => forgetAccess(checks, userId),
    externalTokens: null,
    pseudonym: (email) => `pseudonym of ${email.length} characters`,
    audit: () => {},
    ...overrides,
  }
}
