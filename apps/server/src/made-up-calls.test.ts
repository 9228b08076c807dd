import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto'
import { recordedDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { send } from './testing/send.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

const password = 'correct horse battery staple'

let db: Awaited<ReturnType<typeof recordedDatabase>>
let server: TestServer
beforeAll(async () => {
  db = await recordedDatabase()
  server = await testServer(db, { trustProxy: 1, services: { limitStore: { redis: null, multiplier: 1 } } })
})
afterAll(async () => {
  await server.close()
  await db.close()
})

let address: string
beforeEach(() => {
  address = randomAddress()
  db.statements.length = 0
})

const randomAddress = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`
const madeUp = () => `twk_${randomBytes(32).toString('base64url')}`

function call(path: string, { token, method = 'GET' }: { token?: string; method?: string } = {}) {
  const headers = { 'x-forwarded-for': address, authorization: token && `Bearer ${token}` }
  return send(server, { method, path: `/trpc/${path}`, headers, ...(method === 'POST' && { body: '{}' }) })
}

/** A user with an API token, who comes from another address. */
async function newTool() {
  const credentials = { email: `${randomUUID()}@example.com`, password }
  const headers = { 'x-forwarded-for': randomAddress() }
  const registered = await send(server, {
    method: 'POST',
    path: '/trpc/auth.register',
    headers,
    body: { json: credentials },
  })
  const { accessToken, user } = JSON.parse(registered.text).result.data.json
  const apiToken = madeUp()
  const tokenHash = createHash('sha256').update(apiToken).digest('hex')
  const { id } = await db.client.apiToken.create({ data: { userId: user.id, name: 'Tool', tokenHash } })
  db.statements.length = 0
  return { userId: String(user.id), session: String(accessToken), apiToken, tokenId: id }
}

/** From now on it is so many milliseconds later for all that measures time, until the end of the test. */
function skipTime(milliseconds: number): void {
  const now = performance.now.bind(performance)
  const later = vi.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds)
  onTestFinished(() => later.mockRestore())
}

const lookups = () => db.statements.filter((statement) => statement.includes('token_hash')).length
const spend = async () => {
  while ((await server.services.limits.consume('anonymousCallsPerAddress', address)).remaining > 0);
}
const limited = { status: 429, reasons: ['RATE_LIMITED'] }

describe('a token that is made up', () => {
  test('costs its address a point, and past the limit the database nothing', async () => {
    const refused = await call('auth.me', { token: madeUp() })
    expect(refused).toMatchObject({ status: 401, reasons: ['TOKEN_INVALID'] })
    expect(refused.headers).toMatchObject({ 'ratelimit-limit': '300', 'ratelimit-remaining': '299' })
    await spend()
    db.statements.length = 0
    const late = await call('auth.me', { token: madeUp() })
    expect(late).toMatchObject(limited)
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0)
    expect(await call('auth.me,auth.me?batch=1&input=%7B%7D', { token: madeUp() })).toMatchObject({ status: 429 })
    expect(db.statements).toEqual([])
  })

  test('is looked up no more often for all of them coming at once', async () => {
    for (let count = 0; count < 250; count++) await server.services.limits.consume('anonymousCallsPerAddress', address)
    const answers = await Promise.all(Array.from({ length: 100 }, () => call('auth.me', { token: madeUp() })))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(50)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(50)
    expect(lookups()).toBe(50)
  })
})

describe('a token that is good', () => {
  test('costs its address nothing, and its user what a call costs', async () => {
    const { apiToken } = await newTool()
    const { status, headers } = await call('auth.me', { token: apiToken })
    expect({ status, left: headers['ratelimit-remaining'] }).toEqual({ status: 200, left: '599' })
    expect((await call('auth.me')).headers).toMatchObject({ 'ratelimit-limit': '300', 'ratelimit-remaining': '299' })
  })

  test('is looked up once for a hundred calls', async () => {
    const { apiToken } = await newTool()
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async () => (await call('auth.me', { token: apiToken })).status),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    // On a busy machine they may take longer than the answer is remembered.
    expect(lookups()).toBeLessThan(20)
  })

  test('goes on calling from an address that others have made busy', async () => {
    const { apiToken } = await newTool()
    expect((await call('auth.me', { token: apiToken })).status).toBe(200)
    await spend()
    expect((await call('auth.me', { token: apiToken })).status).toBe(200)
    skipTime(3_200)
    expect((await call('auth.me', { token: apiToken })).status).toBe(200)
    expect(lookups()).toBe(2)
    expect(await call('auth.me', { token: madeUp() })).toMatchObject(limited)
  })

  test('that is kept goes on calling from a busy address when another one is revoked', async () => {
    const kept = await newTool()
    expect((await call('auth.me', { token: kept.apiToken })).status).toBe(200)
    await spend()
    server.services.identity.apiTokenCheck.forget(kept.userId)
    expect((await call('auth.me', { token: kept.apiToken })).status).toBe(200)
    expect(lookups()).toBe(2)
  })

  test('is refused at once when it is revoked here, and within 5 s when it is elsewhere', async () => {
    const tools = [await newTool(), await newTool(), await newTool()] as const
    const [here, elsewhere, inactive] = tools
    for (const { apiToken } of tools) expect((await call('auth.me', { token: apiToken })).status).toBe(200)
    const headers = { authorization: `Bearer ${here.session}` }
    const body = { json: { id: here.tokenId } }
    expect((await send(server, { method: 'POST', path: '/trpc/apiToken.revoke', headers, body })).status).toBe(200)
    expect(await call('auth.me', { token: here.apiToken })).toMatchObject({ reasons: ['TOKEN_INVALID'] })

    await db.client.apiToken.updateMany({ where: { id: elsewhere.tokenId }, data: { revokedAt: new Date() } })
    await db.client.user.update({ where: { id: inactive.userId }, data: { isActive: false } })
    skipTime(5_000)
    expect(await call('auth.me', { token: elsewhere.apiToken })).toMatchObject({ reasons: ['TOKEN_INVALID'] })
    expect(await call('auth.me', { token: inactive.apiToken })).toMatchObject({ reasons: ['ACCOUNT_INACTIVE'] })
  })
})

describe('a procedure that is not there', () => {
  const paths: [path: string, method: string][] = [
    ['task.nothing', 'GET'],
    ['task.nothing', 'POST'],
    ['__proto__', 'GET'],
    ['task.create', 'GET'],
    ['task.nothing,task.none?batch=1&input=%7B%7D', 'GET'],
  ]

  test.each(paths)('costs the address, and the database nothing: %s by %s', async (path, method) => {
    const { session, apiToken } = await newTool()
    for (const token of [undefined, session, apiToken, madeUp()]) {
      const { status, reasons } = await call(path, { method, ...(token !== undefined && { token }) })
      expect(status).toBe(path === 'task.create' ? 405 : 404)
      expect(reasons).not.toContain('RATE_LIMITED')
    }
    expect(Number((await call('auth.me')).headers['ratelimit-remaining'])).toBe(path.includes(',') ? 291 : 295)
    await spend()
    for (const token of [undefined, session, apiToken]) {
      const late = await call(path, { method, ...(token !== undefined && { token }) })
      expect(late).toMatchObject({ status: 429 })
      expect(Number(late.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect(db.statements).toEqual([])
  })

  test('in a batch with one that is: each has its answer, and past the limit none asks the database', async () => {
    const { session } = await newTool()
    const path = 'task.nothing,auth.me?batch=1&input=%7B%7D'
    expect(await call(path, { token: session })).toMatchObject({ status: 207, reasons: ['UNKNOWN_PROCEDURE'] })
    expect(await call(path)).toMatchObject({ status: 207, reasons: ['UNKNOWN_PROCEDURE', 'TOKEN_MISSING'] })
    await spend()
    db.statements.length = 0
    expect(await call(path, { token: session })).toMatchObject({
      status: 429,
      reasons: ['RATE_LIMITED', 'RATE_LIMITED'],
    })
    expect(db.statements).toEqual([])
    expect((await call('auth.me', { token: session })).status).toBe(200)
  })
})
