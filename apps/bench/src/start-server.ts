import { type ServerProcess, startFromSource } from '@taskwire/config/testing'
import type { TemporaryFolder } from '@taskwire/prisma/testing'
import type { BenchmarkOptions } from './benchmark.ts'

/** Starts a server that limits nobody. @param folder for the embedded database */
export function startServer(
  { databaseUrl }: BenchmarkOptions,
  folder: TemporaryFolder,
  nodeFlags: string[] = [],
): ServerProcess {
  return startFromSource(
    {
      ...(databaseUrl === undefined ? { DATA_DIR: folder.path } : { DATABASE_URL: databaseUrl, AUTO_MIGRATE: 'true' }),
      JWT_SECRET: 'a secret of benchmarks, at least 32 characters',
      BCRYPT_COST: '4',
      RATE_LIMIT_MULTIPLIER: '100000',
      LOG_LEVEL: 'info',
    },
    nodeFlags,
  )
}
