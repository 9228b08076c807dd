import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Env, servicesOfServer } from '@taskwire/config'
import { purge } from '@taskwire/domain'
import { type OpenDatabase, openDatabase, prepareSchema } from '@taskwire/prisma'
import type { Services } from '@taskwire/router'
import type { Logger } from 'pino'
import { createApp } from './app.ts'
import { listen } from './listen.ts'

/** A server that answers. */
export interface RunningServer {
  /** Where it answers. */
  url: string
  /** Resolves when the process has to end at once, for a reason that has been logged: the embedded database is lost. */
  lost: Promise<unknown>
  /** Lets what runs come to its end, for 10 s at most, and closes everything. */
  stop(): Promise<void>
}

const HOUR = 3_600_000

/** Milliseconds that requests under way have to come to their end. With the pause before, less than Docker's 10 s. */
const SHUTDOWN_PATIENCE = 8_000

/** Milliseconds in production from saying "not ready" to accepting nothing more: a load balancer has to see it. */
const DRAIN = 1_000

/**
 * Opens the database, brings its schema up to date, and listens.
 *
 * @throws what `explainRefusal` has a plain line for
 */
export async function start(env: Env, logger: Logger): Promise<RunningServer> {
  const { url, dataDir } = env.database
  if (url === undefined && !existsSync(dataDir)) {
    logger.info(`Making an embedded database in ${dataDir}, which takes some seconds this first time`)
  }
  const db = await openDatabase(env.database)
  try {
    const applied = await prepareSchema(db, env)
    const running = await serve({ env, db, logger })
    logger.info({ url: running.url, database: db.kind }, `Taskwire is ready at ${running.url}`)
    if (env.http.trustProxy === 0 && env.http.publicUrl.startsWith('https:')) {
      logger.warn(
        'PUBLIC_URL is https, so a proxy stands in front, and TRUST_PROXY is 0: to the rate limits all the world is one address. Set it to the number of proxies in front',
      )
    }
    if (applied.length > 0) logger.info({ applied }, 'The database was migrated')
    return running
  } catch (error) {
    await db.close()
    throw error
  }
}

async function serve({ env, db, logger }: { env: Env; db: OpenDatabase; logger: Logger }): Promise<RunningServer> {
  const { http } = env
  const services = await servicesOfServer(env, db, logger)
  const readiness = { ready: true }
  const app = createApp({
    db,
    services,
    logger,
    readiness,
    config: {
      corsOrigins: http.corsOrigins,
      docs: http.docs,
      frontPage: env.production ? 'short' : 'long',
      localOrigins: !env.production,
      refreshTokenInBody: http.refreshTokenInBody,
      trustProxy: http.trustProxy,
      ownOrigin: new URL(http.publicUrl).origin,
      cookie: { secure: env.production || http.publicUrl.startsWith('https:'), crossSite: http.cookieCrossSite },
    },
  })
  const server = await listen(app, http).catch(async (error: unknown) => {
    await services.close()
    throw error
  })
  const purging = purgeHourly(services, logger)
  return {
    url: http.publicUrl.replace(/:0$/, `:${server.port}`),
    lost: db.lost.then((error) => logger.fatal(error.message)),
    async stop() {
      readiness.ready = false
      // Streams would never come to their end by themselves.
      await services.changes.close()
      clearInterval(purging)
      if (env.production) await sleep(DRAIN)
      await server.close(SHUTDOWN_PATIENCE)
      await services.close()
      await db.close()
    },
  }
}

function purgeHourly({ db, quotas }: Services, logger: Logger): NodeJS.Timeout {
  return setInterval(() => {
    purge(db, quotas).then(
      (purged) => logger.info({ purged }, 'Purged what was deleted long ago'),
      (error) => logger.warn({ err: error }, 'Purging failed; it is tried again in an hour'),
    )
  }, HOUR).unref()
}
