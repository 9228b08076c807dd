import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** What asks no server, and was shown by `pnpm test`. */
const WITHOUT_SERVER = [
  'packages/contract/src/!(inputs).test.ts',
  'packages/contract/src/wire/**',
  'prisma/src/{embedded,watch-folder,power-cut,folder-lock}.test.ts',
  'apps/server/src/{embedded,start,stalled-readers}.test.ts',
  'apps/server/src/openapi/*.test.ts',
  'packages/config/src/env.test.ts',
  'apps/cli/src/backup/backup.test.ts',
]

// The same suites on a PostgreSQL server, and those that only services or a browser can show.
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    maxWorkers: 2,
    exclude: ['**/node_modules/**', '**/dist/**', ...WITHOUT_SERVER],
    globalSetup: './vitest.services.setup.ts',
    provide: {
      testDatabaseUrl: process.env['TEST_DATABASE_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/postgres',
      testRedisUrl: process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379',
    },
  },
})
