import { testDatabase } from '@taskwire/prisma/testing'
import { test as base } from 'vitest'
import { type TestServicesOptions, testServices, testUser } from './index.ts'

/**
 * `test` for a suite whose services differ from those of others: `const test = testWith({ quotas })`. The fixtures:
 *
 * - `db`: an empty database, one for the file
 * - `services`: on that database, for the file
 * - `me`: a user, new for each test
 *
 * With cases: `test.for(cases)('…', async (one, { me }) => …)`.
 */
export function testWith(options: TestServicesOptions) {
  return base
    .extend('db', { scope: 'file' }, async () => (await testDatabase()).client)
    .extend('services', { scope: 'file' }, ({ db }, { onCleanup }) => {
      const services = testServices(db, options)
      onCleanup(() => services.close())
      return services
    })
    .extend('me', ({ services }) => testUser(services))
}

/** `test` with an empty database, services and a user: see `testWith`. */
export const test = testWith({})
