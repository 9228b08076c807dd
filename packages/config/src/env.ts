import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { DatabaseConfig } from '@taskwire/prisma'
import type { ServicesConfig } from '@taskwire/router'
import { type EnvironmentVariables, environmentSchema } from './env-schema.ts'

/** The configuration, checked and grouped as its consumers need it. */
export interface Env {
  /** NODE_ENV is `production`: no embedded database, no generated secret, cookies always Secure. */
  production: boolean
  http: {
    host: string
    /** 0: a free one. */
    port: number
    /** Where browsers reach the server, without a slash at its end. With port 0 and no PUBLIC_URL: `http://localhost:0`. */
    publicUrl: string
    /** Origins whose pages may call with credentials. */
    corsOrigins: string[]
    /** The pages `/` and `/docs` are there. */
    docs: boolean
    /** How many proxies stand in front. */
    trustProxy: number
    /** The session's cookie goes to frontends on other sites too. */
    cookieCrossSite: boolean
    /** Milliseconds from "not ready" to accepting nothing more. */
    shutdownDrain: number
    /** Clients that ask for it keep the refresh token themselves instead of in the cookie. */
    refreshTokenInBody: boolean
  }
  /** For `openDatabase`. */
  database: DatabaseConfig
  /** Apply pending migrations at start. */
  autoMigrate: boolean
  identity: {
    /** Undefined outside production: see `developmentSecret`. */
    jwtSecret: string | undefined
    /** Accepted as well while secrets are rotated. */
    jwtSecretPrevious: string | undefined
    /** A sign-in service whose tokens are accepted as well. */
    externalIssuer: ServicesConfig['externalIssuer']
    accessTokenTtlSeconds: number
    bcryptCost: number
    policy: {
      /** Code points. */
      passwordMinLength: number
      refreshIdleTtlSeconds: number
      refreshAbsoluteTtlSeconds: number
    }
  }
  /** How much one user may own. */
  quotas: { maxTasks: number; maxTags: number }
  /** Shared by all processes, for limits; undefined: each process counts for itself. */
  redisUrl: string | undefined
  /** Multiplies every rate limit. */
  rateLimitMultiplier: number
  /** Who asks for the metrics has to show it. Undefined: in production nobody may, elsewhere whoever is on this machine. */
  metricsToken: string | undefined
  /** Statements that take as long are logged. */
  slowQueryMilliseconds: number
  logLevel: EnvironmentVariables['LOG_LEVEL']
}

/** The configuration is wrong: the message has one line for each variable. */
export class EnvError extends Error {
  override name = 'EnvError'
}

/**
 * Reads the configuration from the environment and, where that says nothing, from `.env` at the workspace's root.
 *
 * @throws EnvError
 */
export function readEnv(): Env {
  const root = findRoot(import.meta.dirname)
  return parseEnvironment({ ...readDotEnv(root), ...process.env }, root)
}

/**
 * @param variables as in `process.env`; an empty one counts as not set
 * @param root where relative folders begin
 * @throws EnvError
 */
export function parseEnvironment(variables: Record<string, string | undefined>, root: string): Env {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()))
  const { data, error } = environmentSchema(given['NODE_ENV'] === 'production').safeParse(given)
  if (error !== undefined) {
    throw new EnvError(error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'))
  }
  return {
    production: data.NODE_ENV === 'production',
    http: {
      host: data.HOST,
      port: data.PORT,
      publicUrl: data.PUBLIC_URL ?? `http://localhost:${data.PORT}`,
      corsOrigins: data.CORS_ORIGINS,
      docs: data.DOCS,
      trustProxy: data.TRUST_PROXY,
      cookieCrossSite: data.COOKIE_CROSS_SITE,
      shutdownDrain: data.SHUTDOWN_DRAIN,
      refreshTokenInBody: data.REFRESH_TOKEN_IN_BODY,
    },
    database: {
      url: data.DATABASE_URL,
      directUrl: data.DIRECT_DATABASE_URL,
      poolSize: data.DATABASE_POOL_SIZE,
      dataDir: resolve(root, data.DATA_DIR),
    },
    autoMigrate: data.AUTO_MIGRATE,
    identity: {
      jwtSecret: data.JWT_SECRET,
      jwtSecretPrevious: data.JWT_SECRET_PREVIOUS,
      externalIssuer: externalIssuer(data),
      accessTokenTtlSeconds: data.ACCESS_TOKEN_TTL,
      bcryptCost: data.BCRYPT_COST,
      policy: {
        passwordMinLength: data.PASSWORD_MIN_LENGTH,
        refreshIdleTtlSeconds: data.REFRESH_IDLE_TTL,
        refreshAbsoluteTtlSeconds: data.REFRESH_ABSOLUTE_TTL,
      },
    },
    quotas: { maxTasks: data.MAX_TASKS_PER_USER, maxTags: data.MAX_TAGS_PER_USER },
    redisUrl: data.REDIS_URL,
    rateLimitMultiplier: data.RATE_LIMIT_MULTIPLIER,
    metricsToken: data.METRICS_TOKEN,
    slowQueryMilliseconds: data.SLOW_QUERY_MS,
    logLevel: data.LOG_LEVEL,
  }
}

function externalIssuer(data: EnvironmentVariables): Env['identity']['externalIssuer'] {
  const { EXTERNAL_JWT_ISSUER: issuer, EXTERNAL_JWT_SECRET: secret, EXTERNAL_JWT_AUDIENCE: audience } = data
  return issuer === undefined || secret === undefined || audience === undefined
    ? undefined
    : { issuer, secret, audience, requireVerifiedEmail: data.EXTERNAL_JWT_REQUIRE_VERIFIED_EMAIL }
}

/** The workspace's root, wherever the command runs. A deployed folder has none: there it is where the command runs. */
function findRoot(folder: string): string {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder
  const parent = dirname(folder)
  return parent === folder ? process.cwd() : findRoot(parent)
}

function readDotEnv(root: string): Record<string, string | undefined> {
  const file = join(root, '.env')
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}
