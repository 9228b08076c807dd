import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Env, examineConfiguration, servicesOfServer } from '@taskwire/config'
import {
  type OpenDatabase,
  openDatabase,
  prepareSchema,
  refuseUnfitServer,
  type StatementListener,
  sentenceOf,
} from '@taskwire/prisma'
import type { Logger } from 'pino'
import { createApp } from './app.ts'
import { databaseCheck, healthCheck } from './health.ts'
import { listen } from './listen.ts'
import { createOutageLog } from './log/outage-log.ts'
import { logStatements } from './log/slow-statements.ts'
import { createMetrics, type Metrics } from './metrics/metrics.ts'
import { registerProcess } from './metrics/process-metrics.ts'
import { serveArchives } from './serve-archives.ts'
import { serverVersion } from './server-version.ts'
import { startUpkeep } from './upkeep.ts'

/** A server that answers. */
export interface RunningServer {
  /** Where it answers. */
  url: string
  /** Resolves when the process has to end at once, for a reason that has been logged: the embedded database is lost. */
  lost: Promise<unknown>
  /**
   * Lets what runs come to its end, and closes everything: takes the drain, 8 s and 2 s at most.
   *
   * @param why for the log
   */
  stop(why?: string): Promise<void>
}

/** Milliseconds after the drain that requests under way have to come to their end. */
const SHUTDOWN_PATIENCE = 8_000

/** Milliseconds of these for proxies that still send requests to find out that they should not. */
const TURNING_AWAY = 4_000

/** Milliseconds for what is open to close. A database that answers no more would keep us waiting for longer. */
const CLOSING = 2_000

/**
 * Opens the database, refuses one that cannot work, brings its schema up to date, and listens.
 *
 * @throws what `explainRefusal` has a plain line for
 */
export async function start(env: Env, logger: Logger): Promise<RunningServer> {
  const { url, dataDir } = env.database
  if (url === undefined && !existsSync(dataDir)) {
    logger.info(`Making an embedded database in ${dataDir}, which takes some seconds this first time`)
  }
  const metrics = createMetrics()
  const statementListeners: StatementListener[] = [
    logStatements(logger, { slow: env.slowQueryMilliseconds }),
    metrics.statementEnded,
  ]
  const onStatement: StatementListener = (statement) => {
    for (const listener of statementListeners) listener(statement)
  }
  const db = await openDatabase({ ...env.database, onStatement })
  try {
    const warnings = [...examineConfiguration(env), ...(await refuseUnfitServer(db, env.database))]
    const applied = await prepareSchema(db, { ...env, onProgress: (line) => logger.info(line) })
    const running = await serve({ env, db, logger, metrics, statementListeners })
    logger.info(
      {
        url: running.url,
        version: serverVersion(),
        node: process.version,
        database: db.kind,
        connections: db.connections().most,
        trustProxy: env.http.trustProxy,
      },
      `Taskwire is ready at ${running.url}`,
    )
    for (const { name, ...finding } of warnings) logger.warn({ check: name }, sentenceOf(finding))
    if (applied.length > 0) logger.info({ applied }, 'The database was migrated')
    return running
  } catch (error) {
    await db.close()
    throw error
  }
}

interface Serving {
  env: Env
  db: OpenDatabase
  logger: Logger
  metrics: Metrics
  /** Who is told of each statement; whoever wants to be as well is added. */
  statementListeners: StatementListener[]
}

async function serve({ env, db, logger, metrics, statementListeners }: Serving): Promise<RunningServer> {
  const { http } = env
  const services = await servicesOfServer(env, db, logger)
  const outages = createOutageLog({ logger, connections: db.connections, running: services.runningCalls })
  statementListeners.push(outages.statementEnded)
  const readiness = { ready: true }
  const checkDatabase = databaseCheck({ db, outages })
  const checkHealth = healthCheck(checkDatabase, readiness)
  const app = createApp({
    services,
    logger,
    checkHealth,
    metrics,
    outages,
    config: {
      corsOrigins: http.corsOrigins,
      docs: http.docs,
      frontPage: env.production ? 'short' : 'long',
      localOrigins: !env.production,
      metrics: { token: env.metricsToken, production: env.production },
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
  registerProcess(metrics.registry)
  const { redisIsUp } = services
  metrics.read({ db, services, checkDatabase, redisIsUp, connections: server.connections })
  const archiveSource = { db, identity: services.identity, logger }
  const endArchives = db.kind === 'embedded' ? await serveArchives(env.database.dataDir, archiveSource) : async () => {}
  const upkeep = startUpkeep(services, { logger, metrics })
  return {
    url: http.publicUrl.replace(/:0$/, `:${server.port}`),
    lost: db.lost.then((error) => logger.fatal(error.message)),
    async stop(why = 'as asked') {
      const began = performance.now()
      logger.info({ why, calls: services.runningCalls.size }, `Shutting down: ${why}`)
      readiness.ready = false
      server.beginDraining()
      const upkeepEnds = upkeep.stop()
      await sleep(http.shutdownDrain)
      const giveUp = performance.now() + SHUTDOWN_PATIENCE
      // Streams would never come to their end by themselves. They go on until no proxy sends those who come back here.
      const streamsEnded = services.changes.close()
      if (http.shutdownDrain > 0) await server.turnAway(TURNING_AWAY)
      await streamsEnded
      await endArchives()
      const cut = await server.close(giveUp - performance.now())
      const closed = upkeepEnds.then(() => services.close()).then(() => db.close())
      const isClosed = await Promise.race([closed.then(() => true), sleep(CLOSING, false)])
      const seconds = Math.round((performance.now() - began) / 100) / 10
      const rest = cut === 0 ? 'every request came to its end' : `connections cut: ${cut}`
      const left = isClosed ? '' : '; the database did not let itself be closed, and is left as it is'
      logger.info({ seconds, cut }, `Shut down in ${seconds} s; ${rest}${left}`)
    },
  }
}
