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
      'access-control-expose-headers': 'x-request-id,retry-after,ratelimit-limit,ratelimit-remaining,ratelimit-reset',
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

test.each(['/trpc/task.list', '/health', '/nothing'])('a cache is told that %s differs by origin', async (path) => {
  for (const headers of [{}, { origin: LISTED }, { origin: 'https://evil.example' }]) {
    const response = await fetch(`${server.url}${path}`, { headers: headers as Record<string, string> })
    expect(response.headers.get('vary')?.split(/, */)).toContain('Origin')
  }
})
