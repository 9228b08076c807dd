import type { Database } from '@taskwire/prisma'
import { createApiTokenCheck } from '../api-token-check.ts'
import type { Identity } from '../identity.ts'
import { createPasswords } from '../passwords.ts'
import { createSessionCheck } from '../session-check.ts'
import { createTokens } from '../tokens.ts'

/** What the verbs of identity work with, on that database: hashing is cheap, and nobody listens to what is noted. */
export function testIdentity(db: Database, overrides: Partial<Identity> = {}): Identity {
  return {
    passwords: createPasswords({ cost: 4 }),
    tokens: createTokens({ secret: 'a secret of at least thirty-two characters', accessTtlSeconds: 900 }),
    policy: { passwordMinLength: 8, refreshIdleTtlSeconds: 3_600, refreshAbsoluteTtlSeconds: 3_600 },
    sessionCheck: createSessionCheck(db),
    apiTokenCheck: createApiTokenCheck(db),
    externalTokens: null,
    audit: () => {},
    ...overrides,
  }
}
