import { DEFAULT_QUOTAS, TOKEN_ISSUER } from '@taskwire/contract'
import ms from 'ms'
import { z } from 'zod'

export type EnvironmentVariables = z.infer<ReturnType<typeof environmentSchema>>

/** Every variable that is read, by its name. In production some must be set, and some may say less. */
export function environmentSchema(production: boolean) {
  const inProduction = <T extends z.ZodType>(schema: T) => (production ? schema : schema.optional())
  return z
    .object({
      NODE_ENV: oneOf(['development', 'test', 'production']).default('development'),
      HOST: variable('a host name or address', (text) => text).default('127.0.0.1'),
      PORT: wholeNumber(0, 65_535).default(3000),
      PUBLIC_URL: inProduction(publicUrl),
      DATABASE_URL: inProduction(databaseUrl),
      DIRECT_DATABASE_URL: databaseUrl.optional(),
      DATABASE_POOL_SIZE: wholeNumber(1, 1_000).default(10),
      DATA_DIR: variable('a folder', (text) => text).default('.data'),
      AUTO_MIGRATE: trueOrFalse.default(!production),
      REDIS_URL: redisUrl.optional(),
      JWT_SECRET: inProduction(jwtSecret),
      JWT_SECRET_PREVIOUS: jwtSecret.optional(),
      ACCESS_TOKEN_TTL: duration.prefault('15m'),
      REFRESH_IDLE_TTL: duration.prefault('14d'),
      REFRESH_ABSOLUTE_TTL: duration.prefault('30d'),
      COOKIE_CROSS_SITE: trueOrFalse.default(false),
      REFRESH_TOKEN_IN_BODY: trueOrFalse.default(false),
      EXTERNAL_JWT_ISSUER: variable("the `iss` of the other issuer's tokens", (text) => text).optional(),
      EXTERNAL_JWT_SECRET: jwtSecret.optional(),
      EXTERNAL_JWT_AUDIENCE: variable("the `aud` of the other issuer's tokens", (text) => text).optional(),
      EXTERNAL_JWT_REQUIRE_VERIFIED_EMAIL: trueOrFalse.default(true),
      BCRYPT_COST: wholeNumber(production ? 10 : 4, 31).default(12),
      PASSWORD_MIN_LENGTH: wholeNumber(1, 72).default(8),
      CORS_ORIGINS: origins.default([]),
      SHUTDOWN_DRAIN: pause.default(production ? 1_000 : 0),
      DOCS: onOrOff.default(true),
      TRUST_PROXY: wholeNumber(0, 100).default(0),
      MAX_TASKS_PER_USER: wholeNumber(1, 1_000_000).default(DEFAULT_QUOTAS.maxTasks),
      // tag.list has no pages.
      MAX_TAGS_PER_USER: wholeNumber(1, 10_000).default(DEFAULT_QUOTAS.maxTags),
      RATE_LIMIT_MULTIPLIER: wholeNumber(1, 1_000_000).default(1),
      METRICS_TOKEN: metricsToken.optional(),
      SLOW_QUERY_MS: wholeNumber(1, 60_000).default(500),
      LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    })
    .refine((env) => !production || env.PUBLIC_URL === undefined || keepsSecureCookies(env.PUBLIC_URL), {
      path: ['PUBLIC_URL'],
      error:
        'is not https, and over plain http browsers drop the Secure cookie that keeps people signed in: put TLS in front and give its https URL (http will do for localhost)',
    })
    .refine((env) => env.DIRECT_DATABASE_URL === undefined || env.DATABASE_URL !== undefined, {
      path: ['DIRECT_DATABASE_URL'],
      error: 'is set and DATABASE_URL is not: set both, or neither for the embedded database',
    })
    .refine((env) => env.REFRESH_IDLE_TTL <= env.REFRESH_ABSOLUTE_TTL, {
      path: ['REFRESH_IDLE_TTL'],
      error: 'is longer than REFRESH_ABSOLUTE_TTL, which ends a session in any case: make it shorter',
    })
    .refine((env) => env.ACCESS_TOKEN_TTL <= env.REFRESH_IDLE_TTL, {
      path: ['ACCESS_TOKEN_TTL'],
      error: 'is longer than REFRESH_IDLE_TTL, so that a session would end before its first token: make it shorter',
    })
    .superRefine((env, context) => {
      for (const path of missingOfExternalIssuer(env)) {
        context.addIssue({
          code: 'custom',
          path: [path],
          message: 'is missing: EXTERNAL_JWT_ISSUER, EXTERNAL_JWT_SECRET and EXTERNAL_JWT_AUDIENCE go together',
        })
      }
    })
    .refine((env) => env.EXTERNAL_JWT_ISSUER !== TOKEN_ISSUER, {
      path: ['EXTERNAL_JWT_ISSUER'],
      error: `is ${JSON.stringify(TOKEN_ISSUER)}, which is the issuer of our own tokens: it has to be another`,
    })
    .refine(
      (env) =>
        env.EXTERNAL_JWT_SECRET === undefined ||
        ![env.JWT_SECRET, env.JWT_SECRET_PREVIOUS].includes(env.EXTERNAL_JWT_SECRET),
      {
        path: ['EXTERNAL_JWT_SECRET'],
        error:
          'is the same as JWT_SECRET or JWT_SECRET_PREVIOUS: whoever signs there could sign here, so it has to be another',
      },
    )
}

const EXTERNAL = ['EXTERNAL_JWT_ISSUER', 'EXTERNAL_JWT_SECRET', 'EXTERNAL_JWT_AUDIENCE'] as const

function missingOfExternalIssuer(env: Partial<Record<(typeof EXTERNAL)[number], string | undefined>>) {
  const missing = EXTERNAL.filter((name) => env[name] === undefined)
  return missing.length === EXTERNAL.length ? [] : missing
}

/** A variable and how its text is read; a reader answers undefined to what it cannot read. */
function variable<T>(expected: string, read: (text: string) => T | undefined) {
  return readable(read, (text) => `is ${JSON.stringify(text)}, but has to be ${expected}`, expected)
}

/** The same for what must not be shown. */
function secret<T>(expected: string, read: (text: string) => T | undefined) {
  return readable(read, () => `is not what it has to be: ${expected}`, expected)
}

function readable<T>(read: (text: string) => T | undefined, complaint: (text: string) => string, expected: string) {
  return z.string({ error: `is missing: in production it has to be ${expected}` }).transform((text, context): T => {
    const value = read(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: complaint(text) })
    return z.NEVER
  })
}

function oneOf<T extends string>(choices: readonly T[]) {
  return variable(`one of ${choices.join(', ')}`, (text) => choices.find((choice) => choice === text))
}

function wholeNumber(minimum: number, maximum: number) {
  return variable(`a whole number from ${minimum} to ${maximum}`, (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    return number >= minimum && number <= maximum ? number : undefined
  })
}

const trueOrFalse = variable('true or false', (text) =>
  text === 'true' || text === 'false' ? text === 'true' : undefined,
)

const onOrOff = variable('on or off', (text) => (text === 'on' || text === 'off' ? text === 'on' : undefined))

/** In seconds. */
const duration = variable('a duration of a second or more, with its unit, such as 15m or 14d', (text) => {
  const milliseconds = /[a-z]$/i.test(text) ? ms(text as ms.StringValue) : undefined
  return milliseconds !== undefined && milliseconds >= 1_000 ? Math.floor(milliseconds / 1_000) : undefined
})

/** Milliseconds. */
const LONGEST_PAUSE = 300_000
/** In milliseconds. */
const pause = variable('a duration of 5m at most, with its unit, such as 1s or 500ms', (text) => {
  const milliseconds = /[a-z]$/i.test(text) ? ms(text as ms.StringValue) : undefined
  return milliseconds !== undefined && milliseconds >= 0 && milliseconds <= LONGEST_PAUSE ? milliseconds : undefined
})

// The database's URL holds its password.
const databaseUrl = secret(
  'a URL such as postgresql://user:password@host:5432/database, special characters percent-encoded',
  (text) => (/^postgres(ql)?:$/.test(parseUrl(text)?.protocol ?? '') ? text : undefined),
).refine((text) => (parseUrl(text)?.searchParams.get('schema') ?? 'public') === 'public', {
  error: 'has a `schema=…`, but has to be without: the tables are in the schema public of a database of their own',
})

const redisUrl = secret('a URL such as redis://:password@host:6379', (text) =>
  /^rediss?:$/.test(parseUrl(text)?.protocol ?? '') ? text : undefined,
)

const SECRET_LENGTH = 32
const jwtSecret = secret(`at least ${SECRET_LENGTH} characters, such as \`openssl rand -base64 48\` prints`, (text) =>
  text.length >= SECRET_LENGTH ? text : undefined,
)

/** As RFC 6750 §2.1 has a bearer token. */
const metricsToken = secret(
  `at least ${SECRET_LENGTH} letters, digits, and - . _ ~ + / =, such as \`openssl rand -base64 48\` prints`,
  (text) => (text.length >= SECRET_LENGTH && /^[\w.~+/-]+=*$/.test(text) ? text : undefined),
)

const publicUrl = variable('an http or https URL such as https://tasks.example.com', (text) => {
  const url = parseUrl(text)
  const plain = url !== null && isHttp(url) && url.search + url.hash + url.username + url.password === ''
  return plain ? url.href.replace(/\/+$/, '') : undefined
})

/** Over plain http, a browser keeps a Secure cookie of its own machine alone. */
function keepsSecureCookies(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || /^(?:(?:.+\.)?localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)
}

const origins = variable('origins such as https://app.example.com, separated by commas', (text) => {
  const listed = text
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '')
  return listed.every(isOrigin) ? listed : undefined
})

/** Exactly what a browser sends as `Origin`: no path, no slash at the end, lower case. */
function isOrigin(text: string): boolean {
  const url = parseUrl(text)
  return url !== null && isHttp(url) && url.origin === text
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:'
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
