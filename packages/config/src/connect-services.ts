import { randomBytes } from 'node:crypto'
import type { OpenDatabase } from '@taskwire/prisma'
import { createServices, type Services } from '@taskwire/router'
import type { Logger } from 'pino'
import { developmentSecret } from './development-secret.ts'
import type { Env } from './env.ts'
import { connectRedis } from './redis.ts'

/**
 * Makes the services that the environment asks for, on a database that is open; `close` leaves that open.
 *
 * @param logger of a server, which is told there when Redis is away. Null for a tool, which serves nobody: it signs with a
 * secret of its own, connects to no Redis, and announces nothing to the servers, which find a change within 5 s.
 * @throws FolderError where the development secret cannot be kept
 */
export async function connectServices(
  env: Env,
  database: OpenDatabase,
  logger: Logger | null,
): Promise<Services & { close(): Promise<void> }> {
  const jwtSecret = logger === null ? randomBytes(32).toString('hex') : await serverSecret(env)
  const redis = logger === null || env.redisUrl === undefined ? null : connectRedis(env.redisUrl, logger)
  const services = createServices({
    ...env.identity,
    db: database.client,
    databasePoolSize: env.database.poolSize,
    jwtSecret,
    quotas: env.quotas,
    limitStore: { redis: redis?.client ?? null, multiplier: env.rateLimitMultiplier },
    changeBus: logger === null ? null : (redis?.changeBus ?? database.notifications),
  })
  return {
    ...services,
    async close() {
      await services.close()
      redis?.close()
    },
  }
}

async function serverSecret({ identity, database }: Env): Promise<string> {
  return identity.jwtSecret ?? developmentSecret(database.dataDir)
}
