import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from './testing/test-server.ts'

const LISTED = 'https://app.example.com'

let server: TestServer
beforeAll(async () => {
  server = await testServer(await testDatabase(), { corsOrigins: [LISTED, 'http://localhost:5173'] })
})
afterAll(() => server.close())

function corsHeaders(response: Response): Record<string, string> {
  return Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')))
}

function preflight(origin: string): Promise<Response> {
  return fetch(`${server.url}/trpc/task.create`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  })
}

describe('a page of a listed origin', () => {
  test.each([LISTED, 'http://localhost:5173'])('%s may call with credentials', async (origin) => {
    expect(corsHeaders(await fetch(`${server.url}/trpc/task.list`, { headers: { origin } }))).toEqual({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers':
        'x-request-id,retry-after,ratelimit-limit,ratelimit-remaining,ratelimit-reset,etag,location,link,allow,www-authenticate',
    })
  })

  test('asks first, and again after two hours at the earliest', async () => {
    const response = await preflight(LISTED)
    expect(response.status).toBe(204)
    expect(corsHeaders(response)).toMatchObject({
      'access-control-allow-origin': LISTED,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '7200',
    })
  })
})

describe('a page of another origin', () => {
  const others = [
    'https://evil.example',
    `${LISTED}.evil.example`,
    'https://APP.example.com',
    `${LISTED}:8443`,
    'null',
    '',
  ]
  test.each(others)('"%s" may not', async (origin) => {
    expect(corsHeaders(await fetch(`${server.url}/trpc/task.list`, { headers: { origin } }))).toEqual({})
    const response = await preflight(origin)
    expect(response.status).toBe(405)
    expect(corsHeaders(response)).toEqual({})
  })

  test('may not where no origin is listed, ours included', async () => {
    await using closed = await testServer(await testDatabase())
    const headers = { origin: 'http://localhost:3000' }
    expect(corsHeaders(await fetch(`${closed.url}/trpc/task.list`, { headers }))).toEqual({})
  })
})

describe('a page of the developer’s own machine', () => {
  const local = ['http://localhost:5173', 'http://localhost', 'http://127.0.0.1:8080', 'http://[::1]:3001']

  test('may call in development, from whatever port, and use the cookie', async () => {
    await using open = await testServer(await testDatabase(), { localOrigins: true })
    for (const origin of local) {
      const response = await fetch(`${open.url}/trpc/auth.restore`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json', 'sec-fetch-site': 'same-site' },
      })
      expect(response.status).toBe(200)
      expect(corsHeaders(response)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
      })
    }
    expect(open.log.filter(({ level }) => Number(level) >= 40)).toEqual([])
  })

  test.each([
    'https://localhost:5173',
    'http://localhost.evil.example',
    'http://evil.example:5173',
    'http://localhost:5173.evil.example',
    'http://127.0.0.1.evil.example',
    'http://192.168.1.5:5173',
    'http://localhost:123456',
    'http://evil.localhost',
    'null',
  ])('is none of %s', async (origin) => {
    await using open = await testServer(await testDatabase(), { localOrigins: true })
    const response = await fetch(`${open.url}/trpc/auth.restore`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
    })
    expect(response.status).toBe(403)
    expect(corsHeaders(response)).toEqual({})
  })

  test('may not call otherwise', async () => {
    for (const origin of ['http://localhost:3001', 'http://127.0.0.1:5173']) {
      expect((await preflight(origin)).status).toBe(405)
    }
  })
})

test.each(['/trpc/task.list', '/health', '/nothing'])('a cache is told that %s differs by origin', async (path) => {
  for (const headers of [{}, { origin: LISTED }, { origin: 'https://evil.example' }]) {
    const response = await fetch(`${server.url}${path}`, { headers: headers as Record<string, string> })
    expect(response.headers.get('vary')?.split(/, */)).toContain('Origin')
  }
})
