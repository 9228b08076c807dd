import type { OpenDatabase } from '@taskwire/prisma'
import type { Services, ServicesConfig } from '@taskwire/router'
import { testServices } from '@taskwire/router/testing'
import { type AppConfig, createApp } from '../app.ts'
import { PATIENCE, type Patience } from '../drop-stalled-reader.ts'
import { databaseCheck, healthCheck, type Readiness } from '../health.ts'
import { listen } from '../listen.ts'
import { createOutageLog } from '../log/outage-log.ts'
import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import { type LogLine, recordedLog } from './recorded-log.ts'

export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly readiness: Readiness
  /** What has been logged so far. */
  readonly log: LogLine[]
  readonly services: Services
  readonly metrics: Metrics
  /** As at a shutdown, with a second of patience. */
  close(): Promise<void>
}

/** What differs from a server that stands alone and answers its own pages. */
export interface TestServerOptions extends Partial<AppConfig> {
  services?: Partial<ServicesConfig>
  patience?: Patience
}

const ALONE: AppConfig = {
  corsOrigins: [],
  docs: true,
  frontPage: 'long',
  localOrigins: false,
  metrics: { token: undefined, production: false },
  refreshTokenInBody: false,
  trustProxy: 0,
  ownOrigin: 'http://localhost:3000',
  cookie: { secure: false, crossSite: false },
}

/** The real application on a free port, with a log that can be read. */
export async function testServer(
  db: Pick<OpenDatabase, 'client' | 'connections' | 'ping'>,
  { services: overrides, patience = PATIENCE, ...config }: TestServerOptions = {},
): Promise<TestServer> {
  const { logger, log } = recordedLog('trace')
  const services = testServices(db.client, overrides)
  const readiness = { ready: true }
  const { connections: databaseConnections } = db
  const outages = createOutageLog({ logger, connections: databaseConnections, running: services.runningCalls })
  const metrics = createMetrics()
  const checkDatabase = databaseCheck({ db, outages })
  const checkHealth = healthCheck(checkDatabase, readiness)
  const app = createApp({ services, logger, checkHealth, metrics, outages, config: { ...ALONE, ...config } })
  const { port, connections, close: stopListening } = await listen(app, { host: '127.0.0.1', port: 0, patience })
  metrics.read({ db, services, checkDatabase, redisIsUp: () => true, connections })
  const close = async () => {
    await stopListening(1_000)
    await services.close()
    refuseSecrets(log)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    readiness,
    log,
    services,
    metrics,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** A JWT of ours, an API token, a password hash, and the password of `testUser`. */
const SECRET = /eyJhbGciOiJIUzI1Ni[\w-]*\.[\w-]{20}|twk_[\w-]{43}|\$2[aby]\$\d\d\$|correct horse battery staple/

/** Whatever a test did: its log holds nothing that opens a door. */
function refuseSecrets(log: LogLine[]): void {
  const line = log.map((entry) => JSON.stringify(entry)).find((entry) => SECRET.test(entry))
  if (line !== undefined) throw new Error(`A secret is in the log: ${line}`)
}
