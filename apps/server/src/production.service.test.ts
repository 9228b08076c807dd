import { setTimeout as sleep } from 'node:timers/promises'
import { buildServer, startFromBuild } from '@taskwire/config/testing'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { registeredCalls, trpcCalls } from '@taskwire/router/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { send } from './testing/send.ts'
import { tcpProxy } from './testing/tcp-proxy.ts'

const SETTINGS = { PUBLIC_URL: 'http://localhost:0', JWT_SECRET: 'a secret of tests, at least 32 characters' }

beforeAll(() => buildServer(), 120_000)

test('the build serves from PostgreSQL by plain Node.js, and ends when it is told to', async () => {
  await using server = startFromBuild({ ...SETTINGS, DATABASE_URL: await freshServerUrl() })
  const url = await server.url
  const ada = await registeredCalls({ url })
  expect(await ada.mutate('task.create', { json: { title: 'Ship it' } })).toMatchObject({
    status: 200,
    data: { title: 'Ship it' },
  })
  expect((await ada.query('task.list')).data).toMatchObject({ items: [{ title: 'Ship it' }] })
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'healthy' })
  // Style sheets and scripts of pages, which the compiler does not copy.
  const docs = await (await fetch(`${url}/docs`)).text()
  const assets = Array.from(docs.matchAll(/<(?:link|script) [^>]*(?:href|src)="([^"]*)"/g), ([, path = '']) => path)
  expect(assets.length).toBeGreaterThan(4)
  for (const path of assets) expect((await fetch(url + path)).status).toBe(200)
  // What a developer's page may do elsewhere.
  const local = await fetch(`${url}/health`, { headers: { origin: 'http://localhost:5173' } })
  expect(local.headers.get('access-control-allow-origin')).toBeNull()

  // At production's cost a sign-in takes some 0.3 s: it is under way when the signal comes.
  const login = trpcCalls({ url }).mutate('auth.login', {
    json: { email: ada.email, password: 'correct horse battery staple' },
  })
  await sleep(100)
  server.kill('SIGTERM')
  // For a second it is there and not ready, also for who connects anew, as a load balancer's probe does.
  await sleep(200)
  expect(await send({ port: Number(new URL(url).port) }, { method: 'GET', path: '/health' })).toMatchObject({
    status: 503,
  })
  const { status, headers } = await login
  expect(status).toBe(200)
  expect(headers.get('set-cookie')).toMatch(/^__Host-taskwire=.*Secure/)
  const { code, complaints, output } = await server.ended
  expect({ code, complaints }).toEqual({ code: 0, complaints: [] })
  for (const line of output) expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) })
})

describe('a stop', () => {
  test('ends at once, and badly, when it is asked for again', async () => {
    await using server = startFromBuild({ ...SETTINGS, DATABASE_URL: await freshServerUrl(), SHUTDOWN_DRAIN: '1m' })
    const url = await server.url
    server.kill('SIGTERM')
    await expect.poll(() => fetch(`${url}/health`).then(({ status }) => status)).toBe(503)
    await sleep(500)
    server.kill('SIGTERM')
    expect(await server.ended).toMatchObject({ code: 1, complaints: [] })
  })

  test('is not held up by a database that answers no more', async () => {
    await using network = await tcpProxy(await freshServerUrl())
    await using server = startFromBuild({ ...SETTINGS, DATABASE_URL: network.url })
    const user = await registeredCalls({ url: await server.url })
    network.hold()
    const read = user.query('task.list').catch(() => 'cut')
    await sleep(500)
    server.kill('SIGTERM')
    const told = performance.now()
    expect((await server.ended).code).toBe(0)
    // The drain, 8 s for what is under way, and 2 s to close.
    expect(performance.now() - told).toBeLessThan(14_000)
    await read
  }, 120_000)
})

describe('it refuses to start', () => {
  test('without its settings, with a line for each', async () => {
    await using server = startFromBuild({})
    expect(await server.ended).toEqual({
      code: 1,
      signal: null,
      output: [],
      complaints: [
        expect.stringMatching(/^PUBLIC_URL is missing: /),
        expect.stringMatching(/^DATABASE_URL is missing: /),
        expect.stringMatching(/^JWT_SECRET is missing: /),
      ],
    })
  })

  test('on a database that nobody has migrated', async () => {
    await using server = startFromBuild({ ...SETTINGS, DATABASE_URL: await freshServerUrl({ migrated: false }) })
    expect(await server.ended).toMatchObject({
      code: 1,
      output: [],
      complaints: [
        expect.stringMatching(
          /^The database lacks \d+_init, .*: run `pnpm taskwire migrate up`, or set AUTO_MIGRATE=true$/,
        ),
      ],
    })
  })

  test('on a database that is not there, without telling the password', async () => {
    const url = new URL(await freshServerUrl())
    url.pathname = '/taskwire_nowhere'
    url.password = 'canary'
    await using server = startFromBuild({ ...SETTINGS, DATABASE_URL: url.href })
    const { code, complaints } = await server.ended
    expect(code).toBe(1)
    expect(complaints).toEqual([
      expect.stringMatching(/^The database lets nobody in: .*taskwire_nowhere.* Check DATABASE_URL$/),
    ])
    expect(complaints.join()).not.toContain('canary')
  })
})

test('it migrates by itself where that is wanted', async () => {
  await using server = startFromBuild({
    ...SETTINGS,
    DATABASE_URL: await freshServerUrl({ migrated: false }),
    AUTO_MIGRATE: 'true',
  })
  expect((await fetch(`${await server.url}/health`)).status).toBe(200)
})
