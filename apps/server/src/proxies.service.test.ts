import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTls } from 'node:tls'
import {
  buildServer,
  freePort,
  PROXIES,
  type ProxyName,
  type ProxyProcess,
  type ServerProcess,
  secureFetch,
  startFromBuild,
  startProxy,
} from '@taskwire/config/testing'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from './testing/rest-calls.ts'

let servers: ServerProcess[] = []
let proxies: Map<ProxyName, ProxyProcess>
/** Takes a while: the others go on meanwhile. */
let slowSenders: Promise<number[]>
beforeAll(async () => {
  await buildServer()
  const ports = [await freePort(), await freePort()] as const
  const DATABASE_URL = await freshServerUrl()
  servers = ports.map((port) =>
    startFromBuild({
      DATABASE_URL,
      PORT: String(port),
      PUBLIC_URL: 'https://localhost',
      JWT_SECRET: 'a secret of tests, at least 32 characters',
      TRUST_PROXY: '1',
      BCRYPT_COST: '10',
      RATE_LIMIT_MULTIPLIER: '100',
    }),
  )
  await Promise.all(servers.map(({ url }) => url))
  const backends = [`127.0.0.1:${ports[0]}`, `127.0.0.1:${ports[1]}`] as const
  // It also says what is wrong with a configuration.
  proxies = new Map(await Promise.all(PROXIES.map(async (name) => [name, await startProxy(name, backends)] as const)))
  slowSenders = Promise.all([...proxies.values()].map(sendTooSlowly))
}, 120_000)
afterAll(async () => {
  for (const process of [...(proxies?.values() ?? []), ...servers]) await process[Symbol.asyncDispose]()
})

function proxyOf(name: ProxyName): ProxyProcess {
  const proxy = proxies.get(name)
  if (proxy === undefined) throw new Error(`${name} does not run`)
  return proxy
}

/** Calls REST through a proxy. */
function callsThrough({ url, certificate }: ProxyProcess, headers: Record<string, string> = {}) {
  const fetch = secureFetch(certificate)
  return (method: string, path: string, body?: object) =>
    fetch(url + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
}

/** @param headers of the registration */
async function newUser(proxy: ProxyProcess, headers: Record<string, string> = {}) {
  const answer = await callsThrough(proxy, headers)('POST', '/api/auth/register', {
    email: `${crypto.randomUUID()}@example.com`,
    password: PASSWORD,
  })
  expect(answer.status).toBe(201)
  const { accessToken } = (await answer.json()) as { accessToken: string }
  return { authorization: `Bearer ${accessToken}` }
}

describe.each(PROXIES)('through %s, as documented,', (name) => {
  test('somebody registers, writes and reads', async () => {
    const proxy = proxyOf(name)
    const call = callsThrough(proxy, await newUser(proxy))
    expect((await call('POST', '/api/tasks', { title: 'Behind a proxy' })).status).toBe(201)
    expect(await (await call('GET', '/api/tasks')).json()).toMatchObject({ items: [{ title: 'Behind a proxy' }] })
    expect((await call('GET', '/')).status).toBe(200)
  })

  test('changes stream over HTTP/2 as they happen', async () => {
    const proxy = proxyOf(name)
    const user = await newUser(proxy)
    const session = connectHttp2(proxy.url, { ca: proxy.certificate })
    await once(session, 'connect')
    expect(session.alpnProtocol).toBe('h2')
    const stream = session.request({ ':path': '/api/changes/stream?since=0', ...user })
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    // It is open before there is anything to tell, and long before the first sign of life.
    const [headers] = await once(stream, 'response', { signal: AbortSignal.timeout(10_000) })
    expect(headers[':status']).toBe(200)
    for (const title of ['First', 'Second']) {
      await callsThrough(proxy, user)('POST', '/api/tasks', { title })
      await expect.poll(() => text, { timeout: 10_000 }).toContain(title)
    }
    session.destroy()
  })

  test('nobody is whom they claim to be in X-Forwarded-For', async () => {
    const proxy = proxyOf(name)
    const user = await newUser(proxy, { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' })
    const sessions = await callsThrough(proxy, user)('GET', '/api/sessions')
    expect(await sessions.json()).toMatchObject([{ ip: '127.0.0.1' }])
  })

  test('a request has one id, the given one where there is one', async () => {
    const call = callsThrough(proxyOf(name), { 'x-request-id': 'order-66' })
    expect((await call('GET', '/livez')).headers.get('x-request-id')).toBe('order-66')
    const without = callsThrough(proxyOf(name))
    expect((await without('GET', '/livez')).headers.get('x-request-id')).toMatch(/^[\w-]{32,36}$/)
  })

  test('a body that is too large is refused, up to 256 kB in the words of Taskwire', async () => {
    const proxy = proxyOf(name)
    const call = callsThrough(proxy, await newUser(proxy))
    const large = await call('POST', '/api/tasks', { title: 'x'.repeat(150_000) })
    expect(large.status).toBe(413)
    expect(await large.json()).toMatchObject({ reason: 'PAYLOAD_TOO_LARGE' })
    const larger = await call('POST', '/api/tasks', { title: 'x'.repeat(400_000) }).then(
      ({ status }) => status,
      // What answers before all is read may end the connection.
      () => 413,
    )
    expect(larger).toBe(413)
  })

  test.each(['/metrics', '/METRICS/', '/%6Detrics'])('%s is not published', async (path) => {
    const answer = await callsThrough(proxyOf(name))('GET', path)
    expect(answer.status).toBe(404)
    // Taskwire was not asked.
    expect(answer.headers.get('content-security-policy')).toBeNull()
  })
})

test('who sends a body too slowly is cut by each proxy, within a quarter of a minute', async () => {
  for (const milliseconds of await slowSenders) expect(milliseconds).toBeLessThan(15_000)
}, 40_000)

/** @returns milliseconds until a connection is cut on which a body is announced, and hardly begun */
async function sendTooSlowly({ url, certificate }: ProxyProcess): Promise<number> {
  const socket = connectTls({ port: Number(new URL(url).port), ca: certificate, servername: 'localhost' })
  await once(socket, 'secureConnect')
  socket.on('error', () => {})
  socket.write('POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n')
  socket.write('Content-Length: 1000\r\n\r\n{')
  socket.resume()
  const began = performance.now()
  await once(socket, 'close')
  return performance.now() - began
}
