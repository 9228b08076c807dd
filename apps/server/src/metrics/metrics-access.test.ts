import { describe, expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { send } from '../testing/send.ts'

const TOKEN = 'a-metrics-token-of-32-characters-or-more'
const METRICS = { method: 'GET', path: '/metrics' }

const testWithToken = testWith({
  metrics: { token: TOKEN, production: true },
  services: { limitStore: { redis: null, multiplier: 1 } },
})
const testInProduction = testWith({ metrics: { token: undefined, production: true } })
const testElsewhere = testWith({ metrics: { token: undefined, production: false }, trustProxy: 1 })

describe('with a token', () => {
  testWithToken(
    'whoever shows it is told, from wherever and by HEAD too, and nobody keeps the answer',
    async ({ server }) => {
      const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.9' }
      const { status, headers: answered, text } = await send(server, { ...METRICS, headers })
      expect({ status, type: answered['content-type'] }).toEqual({
        status: 200,
        type: 'text/plain; version=0.0.4; charset=utf-8',
      })
      expect(answered['cache-control']).toBe('no-store')
      expect(answered['set-cookie']).toBeUndefined()
      expect(text).toContain('\ntaskwire_database_up 1\n')
      expect(await send(server, { method: 'HEAD', path: '/metrics', headers })).toMatchObject({ status: 200, text: '' })
      expect(await send(server, { method: 'POST', path: '/metrics', headers })).toMatchObject({ status: 405 })
      const lower = { authorization: `bearer  ${TOKEN}` }
      expect(await send(server, { ...METRICS, headers: lower })).toMatchObject({ status: 200 })
    },
  )

  testWithToken.for([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${TOKEN} `.repeat(2),
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
    'Bearer __proto__',
    `Bearer ${'x'.repeat(8_000)}`,
    'Bearer \xff\xfe',
  ])('%j is refused', async (authorization, { server }) => {
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
      const { status, text } = await send(server, { ...METRICS, method, headers: { authorization } })
      expect(status).toBe(401)
      expect(text).not.toContain('taskwire_')
    }
  })

  testWithToken(
    'guessing costs the address what made-up calls cost, and the token is good all the same',
    async ({ server }) => {
      const guess = () => send(server, { ...METRICS, headers: { authorization: 'Bearer guess' } })
      const answers = await Promise.all(Array.from({ length: 310 }, guess))
      expect(answers.at(-1)).toMatchObject({ status: 429, reasons: ['RATE_LIMITED'] })
      const headers = { authorization: `Bearer ${TOKEN}` }
      expect(await send(server, { ...METRICS, headers })).toMatchObject({ status: 200 })
    },
  )
})

describe('without a token in production', () => {
  testInProduction.for(['GET', 'HEAD', 'POST'])(
    '%s finds nothing there, as at any other path',
    async (method, { server }) => {
      const headers = { authorization: 'Bearer anything' }
      const hidden = await send(server, { method, path: '/metrics', headers })
      const unknown = await send(server, { method, path: '/nothing', headers })
      const withoutId = (text: string) => text.replace(/"requestId":"[^"]*"/, '')
      expect({ status: hidden.status, text: withoutId(hidden.text) }).toEqual({
        status: 404,
        text: withoutId(unknown.text),
      })
    },
  )
})

describe('without a token elsewhere', () => {
  testElsewhere('programs of this machine are told', async ({ server }) => {
    for (const host of ['localhost', 'localhost:3000', '127.0.0.1:3000', '[::1]:3000']) {
      expect(await send(server, { ...METRICS, headers: { host } })).toMatchObject({ status: 200 })
    }
  })

  testElsewhere.for([
    { 'x-forwarded-for': '127.0.0.1' },
    { 'x-forwarded-for': '' },
    { forwarded: 'for=127.0.0.1' },
    { 'x-real-ip': '127.0.0.1' },
    { via: '1.1 proxy' },
    { 'x-forwarded-proto': 'https' },
    { host: 'tasks.example.com' },
    { host: 'localhost.example.com' },
    { host: '127.0.0.1.example.com' },
  ])('%j is not: it comes from elsewhere', async (headers, { server }) => {
    expect(await send(server, { ...METRICS, headers })).toMatchObject({ status: 404 })
  })
})
