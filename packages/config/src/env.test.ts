import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { describe, expect, test } from 'vitest'
import { EnvError, parseEnvironment } from './env.ts'
import { environmentSchema } from './env-schema.ts'

const ROOT = '/workspace'
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://taskwire:secret@db.example.com/taskwire',
  PUBLIC_URL: 'https://tasks.example.com/',
  JWT_SECRET: 'x'.repeat(32),
}

function faultsOf(variables: Record<string, string>): string[] {
  try {
    parseEnvironment(variables, ROOT)
  } catch (error) {
    expect(error).toBeInstanceOf(EnvError)
    return (error as EnvError).message.split('\n')
  }
  return []
}

test('with nothing set everything has its default', () => {
  expect(parseEnvironment({}, ROOT)).toEqual({
    production: false,
    http: {
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://localhost:3000',
      corsOrigins: [],
      docs: true,
      trustProxy: 0,
      cookieCrossSite: false,
      refreshTokenInBody: false,
      shutdownDrain: 0,
    },
    database: { url: undefined, directUrl: undefined, poolSize: 10, dataDir: '/workspace/.data' },
    autoMigrate: true,
    identity: {
      jwtSecret: undefined,
      jwtSecretPrevious: undefined,
      externalIssuer: undefined,
      accessTokenTtlSeconds: 15 * 60,
      bcryptCost: 12,
      policy: { passwordMinLength: 8, refreshIdleTtlSeconds: 14 * 86_400, refreshAbsoluteTtlSeconds: 30 * 86_400 },
    },
    quotas: { maxTasks: 100_000, maxTags: 1_000 },
    redisUrl: undefined,
    rateLimitMultiplier: 1,
    metricsToken: undefined,
    slowQueryMilliseconds: 500,
    logLevel: 'info',
  })
})

test('an empty variable is not set, and an unknown one is somebody else’s', () => {
  expect(parseEnvironment({ PORT: '', DATABASE_URL: ' ', HOME: '/root' }, ROOT)).toEqual(parseEnvironment({}, ROOT))
})

test('what is set is read', () => {
  const env = parseEnvironment(
    {
      ...PRODUCTION,
      HOST: '0.0.0.0',
      PORT: '0',
      DIRECT_DATABASE_URL: 'postgres://direct/taskwire',
      DATABASE_POOL_SIZE: '3',
      DATA_DIR: '/var/lib/taskwire',
      AUTO_MIGRATE: 'true',
      ACCESS_TOKEN_TTL: '90s',
      REFRESH_IDLE_TTL: '1.5h',
      REFRESH_ABSOLUTE_TTL: '2 days',
      COOKIE_CROSS_SITE: 'true',
      REFRESH_TOKEN_IN_BODY: 'true',
      CORS_ORIGINS: 'https://app.example.com, http://localhost:5173,',
      DOCS: 'off',
      TRUST_PROXY: '1',
      SHUTDOWN_DRAIN: '2500ms',
      MAX_TASKS_PER_USER: '10',
      MAX_TAGS_PER_USER: '10000',
      LOG_LEVEL: 'debug',
    },
    ROOT,
  )
  expect(env).toMatchObject({
    production: true,
    http: {
      host: '0.0.0.0',
      port: 0,
      publicUrl: 'https://tasks.example.com',
      corsOrigins: ['https://app.example.com', 'http://localhost:5173'],
      docs: false,
      trustProxy: 1,
      cookieCrossSite: true,
      refreshTokenInBody: true,
      shutdownDrain: 2_500,
    },
    database: {
      url: PRODUCTION.DATABASE_URL,
      directUrl: 'postgres://direct/taskwire',
      poolSize: 3,
      dataDir: '/var/lib/taskwire',
    },
    autoMigrate: true,
    identity: { jwtSecret: PRODUCTION.JWT_SECRET, accessTokenTtlSeconds: 90, policy: { refreshIdleTtlSeconds: 5_400 } },
    quotas: { maxTasks: 10, maxTags: 10_000 },
    logLevel: 'debug',
  })
})

describe('another issuer', () => {
  const ours = 'our secret, of at least 32 characters'
  const theirs = 'their secret, of at least 32 characters'
  const bridge = {
    JWT_SECRET: ours,
    EXTERNAL_JWT_ISSUER: 'https://id.example.com',
    EXTERNAL_JWT_SECRET: theirs,
    EXTERNAL_JWT_AUDIENCE: 'tasks',
  }

  test('is named by its issuer, secret and audience together', () => {
    expect(parseEnvironment(bridge, ROOT).identity.externalIssuer).toEqual({
      issuer: 'https://id.example.com',
      secret: theirs,
      audience: 'tasks',
      requireVerifiedEmail: true,
    })
    expect(faultsOf({ ...bridge, EXTERNAL_JWT_AUDIENCE: '' })).toEqual([
      expect.stringMatching(/^EXTERNAL_JWT_AUDIENCE is missing: .* go together$/),
    ])
  })

  test('need not have verified an address only where that is said', () => {
    const variables = { ...bridge, EXTERNAL_JWT_REQUIRE_VERIFIED_EMAIL: 'false' }
    expect(parseEnvironment(variables, ROOT).identity.externalIssuer).toMatchObject({ requireVerifiedEmail: false })
  })

  test.each([
    ['the present secret', { EXTERNAL_JWT_SECRET: ours }],
    ['the other one of a rotation', { JWT_SECRET_PREVIOUS: theirs }],
  ])('may not sign with %s', (_, variables) => {
    expect(faultsOf({ ...bridge, ...variables })).toEqual([
      expect.stringMatching(/^EXTERNAL_JWT_SECRET is the same as JWT_SECRET or JWT_SECRET_PREVIOUS/),
    ])
  })

  test('may not go by our own name', () => {
    expect(faultsOf({ ...bridge, EXTERNAL_JWT_ISSUER: 'taskwire' })).toEqual([
      expect.stringMatching(/^EXTERNAL_JWT_ISSUER is "taskwire", which is the issuer of our own tokens/),
    ])
  })
})

describe('production', () => {
  test('refuses to guess what it needs, all at once', () => {
    expect(faultsOf({ NODE_ENV: 'production', BCRYPT_COST: '9' })).toEqual([
      expect.stringMatching(/^PUBLIC_URL is missing: in production it has to be an http or https URL/),
      expect.stringMatching(/^DATABASE_URL is missing: in production it has to be a URL such as postgresql:/),
      expect.stringMatching(/^JWT_SECRET is missing: in production it has to be at least 32 characters/),
      'BCRYPT_COST is "9", but has to be a whole number from 10 to 31',
    ])
  })

  test.each(['http://tasks.example.com', 'http://192.168.1.20:3000', 'http://localhost.example.com'])(
    'refuses %s, from where browsers would not keep the session',
    (PUBLIC_URL) => {
      expect(faultsOf({ ...PRODUCTION, PUBLIC_URL })).toEqual([
        expect.stringMatching(/^PUBLIC_URL is not https, .* browsers drop the Secure cookie .* put TLS in front/),
      ])
      expect(faultsOf({ PUBLIC_URL })).toEqual([])
    },
  )

  test.each([
    'https://tasks.example.com',
    'http://localhost',
    'http://127.0.0.1:3000',
    'http://[::1]:80',
    'http://a.localhost',
  ])('takes %s', (PUBLIC_URL) => {
    expect(faultsOf({ ...PRODUCTION, PUBLIC_URL })).toEqual([])
  })

  test('does not migrate by itself', () => {
    expect(parseEnvironment(PRODUCTION, ROOT).autoMigrate).toBe(false)
  })
})

describe('bad values', () => {
  test.each([
    ['NODE_ENV', 'Production'],
    ['PORT', '80x'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PUBLIC_URL', 'tasks.example.com'],
    ['PUBLIC_URL', 'ftp://tasks.example.com'],
    ['PUBLIC_URL', 'https://tasks.example.com/?a=b'],
    ['DATABASE_URL', 'mysql://localhost/a'],
    ['DATABASE_URL', 'postgresql:// a b'],
    ['DIRECT_DATABASE_URL', 'postgresql://only-this-one/a'],
    ['DATABASE_URL', 'postgresql://localhost/a?schema=tasks'],
    ['DATABASE_POOL_SIZE', '0'],
    ['AUTO_MIGRATE', 'yes'],
    ['JWT_SECRET', 'x'.repeat(31)],
    ['METRICS_TOKEN', 'x'.repeat(31)],
    ['METRICS_TOKEN', `${'x'.repeat(32)} y`],
    ['ACCESS_TOKEN_TTL', '15'],
    ['ACCESS_TOKEN_TTL', 'soon'],
    ['ACCESS_TOKEN_TTL', '-15m'],
    ['SHUTDOWN_DRAIN', '5'],
    ['SHUTDOWN_DRAIN', '6m'],
    ['ACCESS_TOKEN_TTL', '1ms'],
    ['ACCESS_TOKEN_TTL', '15d'],
    ['REFRESH_IDLE_TTL', '31d'],
    ['COOKIE_CROSS_SITE', '1'],
    ['REFRESH_TOKEN_IN_BODY', 'yes'],
    ['BCRYPT_COST', '3'],
    ['PASSWORD_MIN_LENGTH', '73'],
    ['MAX_TASKS_PER_USER', '1e5'],
    ['MAX_TAGS_PER_USER', '0'],
    ['MAX_TAGS_PER_USER', '10001'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example.com,https://b.example.com/'],
    ['CORS_ORIGINS', 'https://A.example.com'],
    ['DOCS', 'false'],
    ['TRUST_PROXY', 'true'],
    ['LOG_LEVEL', 'verbose'],
  ])('%s=%s is one line that names the variable and what is expected', (name, value) => {
    const [fault, ...others] = faultsOf({ [name]: value })
    expect(others).toEqual([])
    expect(fault).toMatch(new RegExp(`^${name} (has|is) .*(has to be|set both|make it shorter)`))
  })

  test('each has its line', () => {
    expect(faultsOf({ PORT: 'a', TRUST_PROXY: 'b', LOG_LEVEL: 'c' })).toHaveLength(3)
  })

  test('Prisma’s default schema may be named', () => {
    expect(faultsOf({ DATABASE_URL: 'postgresql://localhost/a?schema=public' })).toEqual([])
  })

  test('secrets are not repeated', () => {
    const message = faultsOf({ JWT_SECRET: 'hunter2', DATABASE_URL: 'mysql://root:hunter2@localhost/a' }).join('\n')
    expect(message).toContain('JWT_SECRET')
    expect(message).toContain('DATABASE_URL')
    expect(message).not.toContain('hunter2')
  })
})

describe('.env.example', () => {
  const source = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')
  const lines = [...source.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const)

  test('names exactly the variables that are read', () => {
    expect(lines.map(([name]) => name).toSorted()).toEqual(Object.keys(environmentSchema(false).shape).toSorted())
  })

  test('shows the defaults', () => {
    expect(parseEnvironment(Object.fromEntries(lines), ROOT)).toEqual(parseEnvironment({}, ROOT))
  })

  test('explains each', () => {
    for (const block of source.trim().split('\n\n')) expect(block).toMatch(/^# (?![A-Z_]+=)\S+ \S+ \S/)
  })
})

describe('.env', () => {
  const here = fileURLToPath(new URL('.', import.meta.url))

  /** Runs `readEnv` of a copy of this package in a folder, as a command there would. */
  function read({ folder, cwd }: { folder: string; cwd: string }, env: Record<string, string>) {
    const program = `import { readEnv } from ${JSON.stringify(join(folder, 'packages/config/src/env.ts'))}
      const { http, database } = readEnv()
      console.log(JSON.stringify({ port: http.port, dataDir: database.dataDir }))`
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', TSX, '--conditions=@taskwire/source', '--input-type=module', '-e', program],
      {
        cwd,
        env: { PATH: process.env['PATH'], ...env },
        encoding: 'utf8',
      },
    )
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }
  const TSX = import.meta.resolve('tsx', new URL('../../../package.json', import.meta.url).href)

  test.each([
    { kind: 'a workspace', marker: 'pnpm-workspace.yaml', expectedRoot: (folder: string) => folder },
    { kind: 'a deployed folder', marker: 'nothing.yaml', expectedRoot: (_: string, cwd: string) => cwd },
  ])('in $kind it is found, and relative folders begin beside it', ({ marker, expectedRoot }) => {
    using temporary = temporaryFolder()
    const folder = temporary.path
    const cwd = join(folder, 'packages')
    mkdirSync(join(folder, 'packages/config/src'), { recursive: true })
    for (const file of ['env.ts', 'env-schema.ts']) {
      writeFileSync(join(folder, 'packages/config/src', file), readFileSync(join(here, file)))
    }
    symlinkSync(join(here, '../node_modules'), join(folder, 'packages/config/node_modules'))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, marker), '')
    const root = expectedRoot(folder, cwd)
    writeFileSync(join(root, '.env'), '# local\nPORT=4000\nDATA_DIR="my data"\n')

    expect(read({ folder, cwd }, {})).toEqual({ port: 4000, dataDir: join(root, 'my data') })
    expect(read({ folder, cwd }, { PORT: '5000', DATA_DIR: '' })).toEqual({
      port: 5000,
      dataDir: join(root, '.data'),
    })
  })
})
