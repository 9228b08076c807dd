import { freshDatabase } from '@taskwire/prisma/testing'
import { describe, expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { type HttpRequest, send } from '../testing/send.ts'
import { testServer } from '../testing/test-server.ts'

/** What Chromium sends when somebody opens a page. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const test = testWith({})

function open(server: { port: number }, path: string, request: Partial<HttpRequest> = {}) {
  return send(server, { method: 'GET', path, headers: { accept: BROWSER }, ...request })
}

describe('the front page', () => {
  test('says what this is and that it is well, as of now', async ({ server }) => {
    const { status, headers, text } = await open(server, '/')
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    expect(text).toMatch(/All is well:<\/strong> the database answers in [\d.]+ ms/)
    for (const path of ['/docs', '/api/openapi.json', '/api/openapi.yaml', '/health']) {
      expect(text).toContain(`href="${path}"`)
    }
    expect(text).toContain(`curl http://127.0.0.1:${server.port}/api/`)
  })

  test('says that the database is away, and is there itself', async () => {
    const db = await freshDatabase()
    await using server = await testServer(db)
    await db.close()
    const { status, text } = await open(server, '/')
    expect(status).toBe(200)
    expect(text).toContain('Not well:</strong> the database does not answer')
    expect(text).not.toContain('All is well')
  })

  test('says that the server is shutting down', async ({ db }) => {
    await using server = await testServer(db)
    server.readiness.ready = false
    expect((await open(server, '/')).text).toContain('Shutting down:')
  })

  test('is in production the name and a link', async ({ db }) => {
    await using server = await testServer(db, { frontPage: 'short' })
    const { status, text } = await open(server, '/')
    expect(status).toBe(200)
    expect(text).toContain('Taskwire</h1>')
    expect(Array.from(text.matchAll(/<a [^>]*href="([^"]*)"/g), ([, href]) => href)).toEqual(['/docs'])
    expect(text).not.toMatch(/well|database|README/)
  })

  test('writes a hostile Host header as text', async ({ server }) => {
    const { text } = await open(server, '/', { headers: { accept: BROWSER, host: '<script>' } })
    expect(text).toContain('curl http://&lt;script&gt;/api/')
    expect(text).not.toContain('<script')
  })
})

describe('the reference', () => {
  test.for(['/docs', '/docs/', '/', '/nowhere'])('everything that %s loads is there', async (path, { server }) => {
    const { text, headers } = await open(server, path)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    const assets = Array.from(text.matchAll(/<(?:link|script|img) [^>]*(?:href|src)="([^"]*)"/g), ([, url = '']) => url)
    expect(assets.length).toBeGreaterThan(1)
    for (const asset of assets) {
      const answer = await open(server, asset)
      expect({ asset, status: answer.status }).toEqual({ asset, status: 200 })
      expect(answer.headers['content-type']).toMatch(
        asset.endsWith('.css') ? /^text\/css/ : asset.endsWith('.js') ? /^text\/javascript/ : /^image\/svg/,
      )
    }
  })

  test('pages are asked for anew, and sent again only where they have changed', async ({ server }) => {
    for (const path of ['/docs', '/docs/docs.js', '/pages/page.css']) {
      const { headers } = await open(server, path)
      expect(headers['cache-control']).toBe('no-cache')
      const again = await open(server, path, { headers: { accept: BROWSER, 'if-none-match': headers.etag } })
      expect({ path, status: again.status, text: again.text }).toEqual({ path, status: 304, text: '' })
    }
  })

  test('Swagger UI is kept by browsers, under a URL with its version', async ({ server }) => {
    const { text } = await open(server, '/docs')
    const [url = ''] = /\/docs\/swagger-ui-\d+\.\d+\.\d+\/swagger-ui-bundle\.js/.exec(text) ?? []
    const { status, headers } = await open(server, url, { method: 'HEAD' })
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
  })

  test.for(['/docs/', '/DOCS', '/docs/docs.js/', '/Pages/Page.css'])(
    'is found under %s as well',
    async (path, { server }) => {
      expect((await open(server, path)).status).toBe(200)
    },
  )

  test('of the package nothing else is served', async ({ server }) => {
    const folder = /\/docs\/swagger-ui-[\d.]+\//.exec((await open(server, '/docs')).text)?.[0] ?? ''
    for (const name of ['index.html', 'package.json', 'oauth2-redirect.html', '..%2fpackage.json', 'swagger-ui.js']) {
      expect({ name, status: (await open(server, folder + name)).status }).toEqual({ name, status: 404 })
    }
  })
})

describe('methods', () => {
  test('HEAD is answered as GET is, without a body', async ({ server }) => {
    for (const path of ['/', '/docs', '/pages/page.css']) {
      const { status, headers, text } = await open(server, path, { method: 'HEAD' })
      expect({ path, status, text }).toEqual({ path, status: 200, text: '' })
      expect(Number(headers['content-length'])).toBeGreaterThan(100)
    }
  })

  test.for(['POST', 'PUT', 'DELETE'])('%s of a page is refused', async (method, { server }) => {
    const { status, headers, reasons } = await open(server, '/docs', { method })
    expect({ status, reasons, allow: headers.allow }).toEqual({
      status: 405,
      reasons: ['METHOD_NOT_SUPPORTED'],
      allow: 'GET, HEAD',
    })
  })
})

describe('an unknown page', () => {
  test('is a page to a browser', async ({ server }) => {
    const { status, headers, text } = await open(server, '/nowhere?a=<b>')
    expect(status).toBe(404)
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', vary: 'Origin, Accept' })
    expect(text).toContain('There is no such page')
    expect(text).not.toContain('nowhere')
    expect((await open(server, '/nowhere', { method: 'HEAD' })).status).toBe(404)
  })

  test.for([
    undefined,
    '*/*',
    'application/json',
    'application/json, text/html',
    'application/problem+json',
    'image/png',
  ])('is JSON to who accepts %s', async (accept, { server }) => {
    const { status, headers, reasons } = await open(server, '/nowhere', { headers: { accept } })
    expect({ status, reasons }).toEqual({ status: 404, reasons: ['NOT_FOUND'] })
    expect(headers['content-type']).toMatch(/json/)
    expect(headers.vary).toBe('Origin, Accept')
  })

  test.for([
    ['GET', '/api'],
    ['GET', '/api/nowhere'],
    ['GET', '/API/nowhere'],
    ['GET', '/trpc'],
    ['GET', '/trpc/nowhere'],
    ['POST', '/nowhere'],
  ] as const)('is never a page to a program: %s %s', async ([method, path], { server }) => {
    const { status, headers } = await open(server, path, { method })
    expect(status).toBe(404)
    expect(headers['content-type']).toMatch(/json/)
  })
})

test('DOCS=off hides the front page and the reference', async ({ db }) => {
  await using server = await testServer(db, { docs: false })
  const { text } = await open(server, '/docs')
  expect(text).toContain('There is no such page')
  expect(text).not.toContain('href="/"')
  expect((await open(server, '/pages/page.css')).status).toBe(200)
  for (const path of ['/', '/docs', '/docs/', '/docs/docs.js']) {
    const answer = await open(server, path, { headers: { accept: 'application/json' } })
    expect({ path, status: answer.status, reasons: answer.reasons }).toEqual({
      path,
      status: 404,
      reasons: ['NOT_FOUND'],
    })
  }
})

describe('browsers are told to go on by https', () => {
  test('where the server is reached by it', async ({ db }) => {
    await using server = await testServer(db, { ownOrigin: 'https://tasks.example.com' })
    const { headers } = await open(server, '/')
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d+/)
    expect(headers['content-security-policy']).toContain('upgrade-insecure-requests')
  })

  test('and not where plain http is all that there is', async ({ server }) => {
    const { headers } = await open(server, '/')
    expect(headers['strict-transport-security']).toBeUndefined()
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
    expect(headers['content-security-policy']).toContain("script-src 'self';")
  })
})
