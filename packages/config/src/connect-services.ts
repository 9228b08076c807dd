import { randomBytes } from 'node:crypto'
import type { OpenDatabase } from '@taskwire/prisma'
import { createServices, type Services } from '@taskwire/router'
import type { Logger } from 'pino'
import { developmentSecret } from './development-secret.ts'
import type { Env } from './env.ts'
import { connectRedis } from './redis.ts'

type ClosableServices = Services & { close(): Promise<void> }

/** `redisIsUp` is null where REDIS_URL names none. */
type ServicesOfServer = ClosableServices & { redisIsUp: (() => boolean) | null }

/**
 * Makes the services of a server, as the environment asks for them, on a database that is open; `close` leaves that open.
 *
 * @param logger is told when Redis is away
 * @throws FolderError where the development secret cannot be kept
 */
export async function servicesOfServer(env: Env, database: OpenDatabase, logger: Logger): Promise<ServicesOfServer> {
  const jwtSecret = env.identity.jwtSecret ?? (await developmentSecret(env.database.dataDir))
  const redis = env.redisUrl === undefined ? null : connectRedis(env.redisUrl, logger)
  const services = createServices({
    ...common(env, database),
    jwtSecret,
    limitStore: { redis: redis?.client ?? null, multiplier: env.rateLimitMultiplier },
    changeBus: redis?.changeBus ?? database.notifications,
  })
  return {
    ...services,
    redisIsUp: redis?.isUp ?? null,
    async close() {
      await services.close()
      redis?.close()
    },
  }
}

/**
 * The same for a tool, which serves nobody: it signs with a secret of its own, connects to no Redis, and announces nothing
 * to the servers, which find a change within 5 s.
 */
export function servicesOfTool(env: Env, database: OpenDatabase): ClosableServices {
  return createServices({ ...common(env, database), jwtSecret: randomBytes(32).toString('hex') })
}

function common({ identity, quotas, database: { poolSize } }: Env, { client }: OpenDatabase) {
  return { ...identity, quotas, db: client, databasePoolSize: poolSize }
}
