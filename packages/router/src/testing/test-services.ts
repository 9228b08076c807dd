import { createServices, type Services, type ServicesConfig } from '../services.ts'

/** What `testServices` sign by. */
export const testJwtSecret = 'a secret of tests, at least 32 characters'

/** What the services of a suite have that others have not. */
export type TestServicesOptions = Partial<Omit<ServicesConfig, 'db'>>

/** The services of a real server, with passwords that hash fast. */
export function testServices(
  db: ServicesConfig['db'],
  overrides: TestServicesOptions = {},
): Services & { close(): Promise<void> } {
  return createServices({
    db,
    jwtSecret: testJwtSecret,
    accessTokenTtlSeconds: 900,
    bcryptCost: 4,
    limitStore: { redis: null, multiplier: 1_000 },
    policy: { passwordMinLength: 8, refreshIdleTtlSeconds: 14 * 86_400, refreshAbsoluteTtlSeconds: 30 * 86_400 },
    ...overrides,
  })
}
