import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { knownDevelopmentSecret, parseEnvironment } from '@taskwire/config'
import { startFromSource } from '@taskwire/config/testing'
import { temporaryDataDir } from '@taskwire/prisma/testing'
import { describe, expect, test } from 'vitest'
import { explainRefusal } from './explain-refusal.ts'
import { createLogger } from './log/logger.ts'
import { type RunningServer, start } from './start.ts'
import { rawSocket } from './testing/raw-socket.ts'

function startWith(variables: Record<string, string>, lines: string[] = []): Promise<RunningServer> {
  const env = parseEnvironment({ PORT: '0', BCRYPT_COST: '4', ...variables }, '/')
  return start(env, createLogger({ level: 'warn', terminal: false }, { write: (line) => lines.push(line) }))
}

/** What the operator reads of a server that does not start. */
async function refusalOf(starting: Promise<RunningServer>): Promise<string> {
  return starting.then(
    () => 'It has started',
    (error: unknown) => explainRefusal(error),
  )
}

test('a server that stops answers what was asked before, is not ready any more, and releases its folder', async () => {
  using folder = await temporaryDataDir()
  const server = await startWith({ DATA_DIR: folder.path })
  const port = Number(new URL(server.url).port)
  using socket = await rawSocket(port)
  socket.write('GET /health HTTP/1.1\r\nHost: x\r\n')
  // Once this is answered, what was written before it has been read.
  expect((await fetch(`${server.url}/livez`)).status).toBe(200)

  const stopped = server.stop()
  const asked = () => fetch(server.url).then(() => 'answered')
  // Whoever was on the way is still let in.
  await expect.poll(() => asked().catch(({ message }) => message)).toBe('fetch failed')
  socket.write('\r\n')
  const answer = await socket.closed
  expect(answer).toMatch(/^HTTP\/1\.1 503 /)
  expect(answer).toContain('"status":"unhealthy","reason":"draining"')
  await stopped

  const lines: string[] = []
  const next = await startWith(
    { DATA_DIR: folder.path, PUBLIC_URL: 'https://tasks.example.com', TRUST_PROXY: '1' },
    lines,
  )
  await next.stop()
  expect(lines).toEqual([])
})

test('a start behind a proxy that is not counted says so, once', async () => {
  using folder = await temporaryDataDir()
  const lines: string[] = []
  const server = await startWith({ DATA_DIR: folder.path, PUBLIC_URL: 'https://tasks.example.com' }, lines)
  await server.stop()
  expect(lines.filter((line) => /PUBLIC_URL is https.*TRUST_PROXY is 0/.test(line))).toHaveLength(1)
})

describe('a server that cannot start says why in one sentence', () => {
  test('when its folder or its port is taken', async () => {
    using folder = await temporaryDataDir()
    using other = await temporaryDataDir()
    const running = await startWith({ DATA_DIR: folder.path })
    const { port } = new URL(running.url)
    expect(await refusalOf(startWith({ DATA_DIR: folder.path }))).toBe(
      `The embedded database in ${folder.path} is in use by a running server: stop it, or set DATABASE_URL`,
    )
    expect(await refusalOf(startWith({ DATA_DIR: other.path, PORT: port }))).toBe(
      `Port ${port} on 127.0.0.1 is taken: stop what listens there, or set PORT`,
    )
    await running.stop()
    // What was refused has released what it had opened.
    await (await startWith({ DATA_DIR: other.path })).stop()
  })

  test('when the schema is old and not to be migrated', async () => {
    using folder = await temporaryDataDir({ migrated: false })
    expect(await refusalOf(startWith({ DATA_DIR: folder.path, AUTO_MIGRATE: 'false' }))).toMatch(
      /^The database lacks \d+_init.*: run `pnpm taskwire migrate up`, or set AUTO_MIGRATE=true$/,
    )
  })

  test('when no database answers, and does not tell its password', async () => {
    const refusal = await refusalOf(startWith({ DATABASE_URL: 'postgresql://ada:canary@127.0.0.1:1/tasks' }))
    expect(refusal).toMatch(/^The database cannot be reached: .*ECONNREFUSED.*\. Check that it runs, and DATABASE_URL$/)
    expect(refusal).not.toContain('canary')
  })

  test('when the direct way to the database is the one that is wrong', async () => {
    const refusal = await refusalOf(
      startWith({
        DATABASE_URL: 'postgresql://127.0.0.1:1/tasks',
        DIRECT_DATABASE_URL: 'postgresql://ada:canary@127.0.0.1:2/tasks',
      }),
    )
    expect(refusal).toMatch(/^The database cannot be reached: .*:2\. Check that it runs, and DIRECT_DATABASE_URL$/)
  })

  test.each([
    ['?sslcert=%', /^DATABASE_URL names % as its sslcert, which cannot be read: /],
    ['?sslrootcert=/not/here', /^DATABASE_URL names \/not\/here as its sslrootcert, which cannot be read: /],
    ['?schema=tasks', /^DATABASE_URL has a `schema=…`, but has to be without: /],
  ])('when no database can be at a URL with %s', async (query, says) => {
    expect(
      await refusalOf((async () => startWith({ DATABASE_URL: `postgresql://127.0.0.1:1/tasks${query}` }))()),
    ).toMatch(says)
  })

  test('when its folder cannot be used, whatever for', async () => {
    const says = /^\/dev\/null\/x cannot be used \(ENOTDIR: .*\): set DATA_DIR to a folder that may be written/
    expect(await refusalOf(startWith({ DATA_DIR: '/dev/null/x' }))).toMatch(says)
    await expect(knownDevelopmentSecret('/dev/null/x')).rejects.toThrow(says)
  })

  test('for a bad variable, in a sentence for each', async () => {
    const refusal = await refusalOf((async () => startWith({ PORT: 'http', TRUST_PROXY: 'yes' }))())
    expect(refusal.split('\n')).toEqual([
      'PORT is "http", but has to be a whole number from 0 to 65535',
      'TRUST_PROXY is "yes", but has to be a whole number from 0 to 100',
    ])
  })
})

test('a signal before the server is ready ends it at once, and well', async () => {
  await using mute = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo
  await using server = startFromSource({ DATABASE_URL: `postgresql://127.0.0.1:${port}/tasks` })
  // It now waits for a database that never says a word.
  await once(mute, 'connection')
  server.kill('SIGTERM')
  expect(await server.ended).toEqual({ code: 0, signal: null, output: [], complaints: [] })
})

test('a fault that nobody foresaw keeps its stack', () => {
  expect(explainRefusal(new TypeError('x is not a function'))).toMatch(/^TypeError: x is not a function\n {4}at /)
  expect(explainRefusal('nonsense')).toBe('nonsense')
})
