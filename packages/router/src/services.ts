import {
  createPasswords,
  createSessionCheck,
  createTokens,
  type Identity,
  type IdentityPolicy,
  type SessionCheck,
} from '@taskwire/domain'

type Database = Parameters<typeof createSessionCheck>[0]

/** What every call works with: made once at start, closed at the end. */
export interface Services extends Identity {
  db: Database
  sessionCheck: SessionCheck
}

export interface ServicesConfig {
  /** From `openDatabase(…).client`. */
  db: Database
  policy: IdentityPolicy
  jwtSecret: string
  /** Seconds. */
  accessTokenTtlSeconds: number
  /** bcrypt's cost: each step doubles the work. */
  bcryptCost: number
}

/** Starts nothing yet; whoever made them closes them, and the database after. */
export function createServices({ db, policy, ...config }: ServicesConfig): Services & { close(): Promise<void> } {
  const passwords = createPasswords({ cost: config.bcryptCost })
  return {
    db,
    policy,
    passwords,
    tokens: createTokens({ secret: config.jwtSecret, accessTtlSeconds: config.accessTokenTtlSeconds }),
    sessionCheck: createSessionCheck(db),
    close: () => passwords.close(),
  }
}
