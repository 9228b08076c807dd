import {
  type Authenticator,
  createExternalTokens,
  createPasswords,
  createSessionCheck,
  createTokens,
  type ExternalIssuer,
  type Identity,
  type IdentityPolicy,
} from '@taskwire/domain'
import type { LimitStore } from './limits/counter.ts'
import { createLimits, type Limits } from './limits/limits.ts'

/** What every call works with: made once at start, closed at the end. */
export interface Services extends Authenticator, Omit<Identity, 'audit'> {
  limits: Limits
}

export interface ServicesConfig {
  /** From `openDatabase(…).client`. */
  db: Authenticator['db']
  policy: IdentityPolicy
  jwtSecret: string
  /** Still accepted, never signed with: the one before a rotation, or the one after it. */
  jwtSecretPrevious?: string | undefined
  /** Seconds. */
  accessTokenTtlSeconds: number
  /** A sign-in service whose tokens are accepted as well. */
  externalIssuer?: ExternalIssuer | undefined
  /** bcrypt's cost: each step doubles the work. */
  bcryptCost: number
  limitStore: LimitStore
}

/** Starts nothing yet; whoever made them closes them, and the database after. */
export function createServices(config: ServicesConfig): Services & { close(): Promise<void> } {
  const { db, policy, externalIssuer } = config
  const passwords = createPasswords({ cost: config.bcryptCost })
  return {
    db,
    policy,
    passwords,
    tokens: createTokens({
      secret: config.jwtSecret,
      previousSecret: config.jwtSecretPrevious,
      accessTtlSeconds: config.accessTokenTtlSeconds,
    }),
    sessionCheck: createSessionCheck(db),
    externalTokens: externalIssuer === undefined ? null : createExternalTokens(externalIssuer),
    limits: createLimits(config.limitStore),
    close: () => passwords.close(),
  }
}
