import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { createServices } from '@taskwire/router'
import type { Logger } from 'pino'
import { createApp } from './app.ts'
import { developmentSecret } from './development-secret.ts'
import type { Env } from './env.ts'
import { listen } from './listen.ts'
import { prepareSchema } from './prepare-schema.ts'
import { connectRedis } from './redis.ts'

/** A server that answers. */
export interface RunningServer {
  /** Where it answers. */
  url: string
  /** Lets what runs come to its end, for 10 s at most, and closes everything. */
  stop(): Promise<void>
}

/** Milliseconds that requests under way have to come to their end. */
const SHUTDOWN_PATIENCE = 10_000

/**
 * Opens the database, brings its schema up to date, and listens.
 *
 * @throws SchemaError, MigrationError, FolderInUseError, AddressError
 */
export async function start(env: Env, logger: Logger): Promise<RunningServer> {
  const db = await openDatabase(env.database)
  try {
    const applied = await prepareSchema(db, env)
    const running = await serve({ env, db, logger })
    logger.info({ url: running.url, database: db.kind }, `Taskwire is ready at ${running.url}`)
    if (applied.length > 0) logger.info({ applied }, 'The database was migrated')
    return running
  } catch (error) {
    await db.close()
    throw error
  }
}

async function serve({ env, db, logger }: { env: Env; db: OpenDatabase; logger: Logger }): Promise<RunningServer> {
  const { http, identity } = env
  const redis = env.redisUrl === undefined ? null : connectRedis(env.redisUrl, logger)
  const services = createServices({
    db: db.client,
    policy: identity.policy,
    jwtSecret: identity.jwtSecret ?? (await developmentSecret(env.database.dataDir)),
    jwtSecretPrevious: identity.jwtSecretPrevious,
    externalIssuer: identity.externalIssuer,
    accessTokenTtlSeconds: identity.accessTokenTtlSeconds,
    bcryptCost: identity.bcryptCost,
    limitStore: { redis: redis?.client ?? null, multiplier: env.rateLimitMultiplier },
  })
  const readiness = { ready: true }
  const app = createApp({
    db,
    services,
    logger,
    readiness,
    config: {
      corsOrigins: http.corsOrigins,
      trustProxy: http.trustProxy,
      ownOrigin: new URL(http.publicUrl).origin,
      cookie: { secure: env.production || http.publicUrl.startsWith('https:'), crossSite: http.cookieCrossSite },
    },
  })
  const server = await listen(app, http)
  return {
    url: http.publicUrl.replace(/:0$/, `:${server.port}`),
    async stop() {
      readiness.ready = false
      await server.close(SHUTDOWN_PATIENCE)
      await services.close()
      redis?.close()
      await db.close()
    },
  }
}
