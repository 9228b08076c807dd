import { randomInt, randomUUID } from 'node:crypto'
import { testUser } from '@taskwire/router/testing'
import { describe, expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { type HttpAnswer, send } from '../testing/send.ts'

const test = testWith({ trustProxy: 1, services: { limitStore: { redis: null, multiplier: 1 } } })

const FORM = 'application/x-www-form-urlencoded'
const wrong = 'incorrect horse battery staple'

// Each test comes from addresses of its own.
const newAddress = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`
const newEmail = () => `${randomUUID()}@example.com`

interface Caller {
  /** Where the server runs. */
  port: number
  address?: string
  token?: string
}

/** Who is signed in, asked in three ways: ten times by the batch. */
function ways({ port, address = newAddress(), token }: Caller) {
  const headers = { 'x-forwarded-for': address, authorization: token && `Bearer ${token}` }
  const get = (path: string) => () => send({ port }, { method: 'GET', path, headers })
  return {
    rest: get('/api/v1/auth/me'),
    trpc: get('/trpc/auth.me'),
    batchOfTen: get(`/trpc/${Array(10).fill('auth.me').join(',')}?batch=1&input=%7B%7D`),
  }
}

/** Signs in by three ways. */
function signIns({ port, address }: { port: number; address: string }, email: string, password: string) {
  const post = (path: string, body: unknown, type = 'application/json') => {
    const headers = { 'x-forwarded-for': address, 'content-type': type }
    return () => send({ port }, { method: 'POST', path, headers, body })
  }
  return {
    rest: post('/api/auth/login', { email, password }),
    form: post('/api/auth/token', String(new URLSearchParams({ username: email, password })), FORM),
    trpc: post('/trpc/auth.login', { json: { email, password } }),
  }
}

const leftAfter = async (call: () => Promise<HttpAnswer>) => (await call()).headers['ratelimit-remaining']

async function expectLimited(call: () => Promise<HttpAnswer>): Promise<void> {
  const { status, reasons, headers } = await call()
  expect({ status, reasons: [...new Set(reasons)] }).toEqual({ status: 429, reasons: ['RATE_LIMITED'] })
  expect(headers).toMatchObject({ 'ratelimit-remaining': '0', 'retry-after': headers['ratelimit-reset'] })
}

describe('calls over REST and over tRPC, each of a batch, are counted together', () => {
  test('for a user, from whatever address', async ({ server }) => {
    const { accessToken: token, user } = await testUser(server.services)
    const { rest, trpc, batchOfTen } = ways({ ...server, token })
    expect(await leftAfter(rest)).toBe('599')
    expect(await leftAfter(trpc)).toBe('598')
    expect(await leftAfter(batchOfTen)).toBe('588')
    expect(await leftAfter(ways({ ...server, token }).rest)).toBe('587')
    for (let left = 587; left > 1; left -= 1) await server.services.limits.consume('callsPerUser', user.id)
    expect(await rest()).toMatchObject({ status: 200, headers: { 'ratelimit-remaining': '0' } })
    for (const call of [rest, trpc, batchOfTen]) await expectLimited(call)
    const { accessToken } = await testUser(server.services)
    expect((await ways({ ...server, token: accessToken }).rest()).status).toBe(200)
  })

  test('for an address of which nobody is known', async ({ server }) => {
    const address = newAddress()
    const { rest, trpc, batchOfTen } = ways({ ...server, address })
    expect(await leftAfter(rest)).toBe('299')
    expect(await leftAfter(trpc)).toBe('298')
    expect(await leftAfter(batchOfTen)).toBe('288')
    expect(await leftAfter(ways({ ...server, address, token: 'none' }).rest)).toBe('287')
    for (let left = 287; left > 0; left -= 1) {
      await server.services.limits.consume('anonymousCallsPerAddress', address)
    }
    for (const call of [rest, trpc, batchOfTen]) await expectLimited(call)
    expect((await ways(server).rest()).status).toBe(401)
  })

  test('for an address that calls what there is not', async ({ server }) => {
    const address = newAddress()
    const calls = [
      ['GET', '/api/nothing'],
      ['GET', '/trpc/nothing'],
      ['POST', '/api/auth/me'],
      ['GET', '/api/auth/me?nothing=1'],
      ['GET', '/api/tasks?nothing=1'],
    ].map(([method = '', path = '']) => {
      return () => send(server, { method, path, headers: { 'x-forwarded-for': address } })
    })
    for (const [index, call] of calls.entries()) expect(await leftAfter(call)).toBe(String(299 - index))
    for (let left = 300 - calls.length; left > 0; left -= 1) {
      await server.services.limits.consume('anonymousCallsPerAddress', address)
    }
    for (const call of calls) await expectLimited(call)
  })
})

describe('sign-ins by REST, by a form and over tRPC are counted together', () => {
  test('for an address', async ({ server }) => {
    const address = newAddress()
    const { email, password } = await testUser(server.services)
    const { rest, form, trpc } = signIns({ ...server, address }, email, password)
    expect(await leftAfter(rest)).toBe('29')
    expect(await leftAfter(form)).toBe('28')
    expect(await leftAfter(trpc)).toBe('27')
    for (let left = 27; left > 0; left -= 1) await server.services.limits.consume('loginsPerAddress', address)
    for (const call of [rest, form, trpc]) await expectLimited(call)
  })

  test('for an account where the password is wrong, five at most', async ({ server }) => {
    const address = newAddress()
    const { email, password } = await testUser(server.services)
    const { rest, form, trpc } = signIns({ ...server, address }, email, wrong)
    for (const call of [rest, form, trpc, rest, form]) {
      expect(await call()).toMatchObject({ reasons: ['INVALID_CREDENTIALS'] })
    }
    for (const call of Object.values(signIns({ ...server, address }, email, password))) {
      expect(await call()).toMatchObject({ status: 429, reasons: ['RATE_LIMITED'] })
    }
  })
})

test('registrations by REST and over tRPC are counted together', async ({ server }) => {
  const headers = { 'x-forwarded-for': newAddress() }
  const register = () => ({ email: newEmail(), password: 'correct horse battery staple' })
  const rest = () => send(server, { method: 'POST', path: '/api/auth/register', headers, body: register() })
  const trpc = () => send(server, { method: 'POST', path: '/trpc/auth.register', headers, body: { json: register() } })
  expect(await leftAfter(rest)).toBe('9')
  expect(await leftAfter(trpc)).toBe('8')
  for (let left = 8; left > 0; left -= 1) {
    await server.services.limits.consume('registrationsPerAddress', headers['x-forwarded-for'])
  }
  for (const call of [rest, trpc]) await expectLimited(call)
})
