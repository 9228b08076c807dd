import { randomInt, randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { testWith } from './testing/fixture.ts'
import { send } from './testing/send.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

const password = 'correct horse battery staple'
const wrong = 'incorrect horse battery staple'

const newAddress = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`
const newEmail = () => `${randomUUID()}@example.com`

interface Caller {
  address?: string
  token?: string | undefined
  cookie?: string | undefined
}

function headersOf({ address = newAddress(), token, cookie }: Caller): Record<string, string> {
  return {
    'x-forwarded-for': address,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(cookie !== undefined && { cookie }),
  }
}

/** What the tests do at a server. */
function apiOf(server: TestServer) {
  const mutate = (path: string, json: unknown, caller: Caller) =>
    send(server, { method: 'POST', path: `/trpc/${path}`, headers: headersOf(caller), body: { json } })
  return {
    mutate,
    query: (path: string, caller: Caller) =>
      send(server, { method: 'GET', path: `/trpc/${path}`, headers: headersOf(caller) }),
    login: (email: string, attempt: string, caller: Caller) =>
      mutate('auth.login', { email, password: attempt }, caller),
    async newUser() {
      const email = newEmail()
      const answer = await mutate('auth.register', { email, password }, {})
      const { accessToken, user } = JSON.parse(answer.text).result.data.json
      return { email, id: String(user.id), token: String(accessToken), cookie: answer.cookie }
    },
    /** Spends what is left of a limit: no test waits, and none makes 600 calls. */
    async spend(name: Parameters<typeof server.services.limits.consume>[0], key: string) {
      while ((await server.services.limits.consume(name, key)).remaining > 0);
    },
  }
}

// Each test comes from addresses of its own.
const test = testWith({ trustProxy: 1, services: { limitStore: { redis: null, multiplier: 1 } } }).extend(
  'api',
  ({ server }) => apiOf(server),
)

const limited = { status: 429, reasons: ['RATE_LIMITED'] }

describe('an address may make', () => {
  test('30 logins in 5 minutes, of whatever accounts', async ({ api }) => {
    const address = newAddress()
    for (let left = 29; left >= 0; left--) {
      const { status, headers } = await api.login(newEmail(), wrong, { address })
      expect(status).toBe(401)
      expect(headers).toMatchObject({ 'ratelimit-limit': '30', 'ratelimit-remaining': String(left) })
      expect(Number(headers['ratelimit-reset'])).toBeGreaterThan(200)
      expect(headers).not.toHaveProperty('retry-after')
    }
    const { email } = await api.newUser()
    const refused = await api.login(email, password, { address })
    expect(refused).toMatchObject(limited)
    const { retryAfter } = JSON.parse(refused.text).error.json.data
    expect(retryAfter).toBeGreaterThan(200)
    expect(retryAfter).toBeLessThanOrEqual(300)
    expect(refused.headers).toMatchObject({
      'retry-after': String(retryAfter),
      'ratelimit-limit': '30',
      'ratelimit-remaining': '0',
      'ratelimit-reset': String(retryAfter),
    })
    expect((await api.login(email, password, {})).status).toBe(200)
    expect((await api.query('auth.me', { address })).status).toBe(401)
  })

  test('10 registrations in 5 minutes', async ({ api }) => {
    const address = newAddress()
    const register = () => api.mutate('auth.register', { email: newEmail(), password }, { address })
    for (let count = 0; count < 10; count++) expect((await register()).status).toBe(200)
    expect(await register()).toMatchObject(limited)
    expect((await api.login(newEmail(), wrong, { address })).status).toBe(401)
  })

  test('600 refreshes a minute', async ({ api }) => {
    const address = newAddress()
    const { cookie } = await api.newUser()
    expect((await api.mutate('auth.refresh', undefined, { address, cookie })).status).toBe(200)
    await api.spend('refreshesPerAddress', address)
    expect(await api.mutate('auth.refresh', undefined, { address, cookie })).toMatchObject(limited)
    expect(await api.mutate('auth.restore', undefined, { address })).toMatchObject(limited)
    expect((await api.mutate('auth.refresh', undefined, { cookie })).status).toBe(200)
  })

  test('300 anonymous calls a minute, those with a token that is none among them', async ({ api }) => {
    const address = newAddress()
    const tokens = [undefined, 'none', `twk_${'x'.repeat(43)}`, 'eyJhbGciOiJub25lIn0.e30.']
    for (const [index, token] of tokens.entries()) {
      expect((await api.query('auth.me', { address, token })).headers).toMatchObject({
        'ratelimit-limit': '300',
        'ratelimit-remaining': String(299 - index),
      })
    }
    await api.spend('anonymousCallsPerAddress', address)
    for (const token of tokens) expect(await api.query('auth.me', { address, token })).toMatchObject(limited)
    const { token } = await api.newUser()
    expect((await api.query('auth.me', { address, token })).status).toBe(200)
  })

  test('no more of them by calling within the same network, or by another spelling', async ({ api }) => {
    await api.spend('anonymousCallsPerAddress', '2001:db8:aa:bb::/64')
    expect(await api.query('auth.me', { address: '2001:db8:aa:bb:1:2:3:4' })).toMatchObject(limited)
    expect(await api.query('auth.me', { address: '2001:DB8:AA:00BB::9' })).toMatchObject(limited)
    expect((await api.query('auth.me', { address: '2001:db8:aa:bc::9' })).status).toBe(401)
    await api.spend('anonymousCallsPerAddress', '192.0.2.77')
    expect(await api.query('auth.me', { address: '::ffff:192.0.2.77' })).toMatchObject(limited)
  })
})

describe('a user may make 600 calls a minute', () => {
  test('from whatever address, and with whatever token', async ({ api }) => {
    const user = await api.newUser()
    expect((await api.query('auth.me', user)).headers).toMatchObject({
      'ratelimit-limit': '600',
      'ratelimit-remaining': '599',
    })
    const again = await api.login(user.email, password, {})
    const otherSession = { token: String(JSON.parse(again.text).result.data.json.accessToken) }
    await api.spend('callsPerUser', user.id)
    expect(await api.query('auth.me', user)).toMatchObject(limited)
    expect(await api.query('auth.me', otherSession)).toMatchObject(limited)
    expect((await api.query('auth.me', await api.newUser())).status).toBe(200)
  })

  test('each call of a batch is one', async ({ api }) => {
    const { token } = await api.newUser()
    const calls = Array(10).fill('auth.me').join(',')
    const { status, headers } = await api.query(`${calls}?batch=1&input=%7B%7D`, { token })
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'ratelimit-remaining': '590' })
  })

  test('in a batch those within the limit are answered, and the others refused', async ({ server, api }) => {
    const { token, id } = await api.newUser()
    for (let count = 0; count < 597; count++) await server.services.limits.consume('callsPerUser', id)
    const { status, reasons, headers } = await api.query(`${Array(5).fill('auth.me').join(',')}?batch=1&input=%7B%7D`, {
      token,
    })
    expect({ status, reasons }).toEqual({ status: 207, reasons: ['RATE_LIMITED', 'RATE_LIMITED'] })
    expect(headers).toMatchObject({ 'ratelimit-remaining': '0', 'retry-after': headers['ratelimit-reset'] })
  })
})

test('a session may refresh 60 times a minute, from whatever address', async ({ api }) => {
  const { cookie } = await api.newUser()
  for (let left = 59; left >= 0; left--) {
    const { status, headers } = await api.mutate('auth.refresh', undefined, { cookie })
    expect({ status, left: headers['ratelimit-remaining'] }).toEqual({ status: 200, left: String(left) })
  }
  expect(await api.mutate('auth.refresh', undefined, { cookie })).toMatchObject(limited)
  expect(await api.mutate('auth.restore', undefined, { cookie })).toMatchObject(limited)
  expect((await api.mutate('auth.refresh', undefined, { cookie: (await api.newUser()).cookie })).status).toBe(200)
})

describe('wrong passwords', () => {
  test('however they are tried from a session are counted together, five at most', async ({ server, api }) => {
    const address = newAddress()
    const { email, token } = await api.newUser()
    const caller = { address, token }
    const tries = [
      () => api.mutate('auth.changePassword', { currentPassword: wrong, newPassword: `${password}!` }, caller),
      () => api.mutate('auth.deleteAccount', { password: wrong }, caller),
      () => api.mutate('apiToken.create', { name: 'Tool', password: wrong }, caller),
    ]
    for (let count = 0; count < 5; count++) {
      expect(await tries[count % 3]?.()).toMatchObject({ status: 401, reasons: ['INVALID_CREDENTIALS'] })
    }
    for (const attempt of tries) {
      const refused = await attempt()
      expect(refused).toMatchObject(limited)
      expect(refused.headers['retry-after']).toMatch(/^(60|59|58)$/)
    }
    const elsewhere = { token, address: newAddress() }
    expect(await api.mutate('auth.deleteAccount', { password }, elsewhere)).toMatchObject(limited)
    expect((await api.login(email, password, { address })).status).toBe(200)
    const throttled = server.log.filter(({ audit, ip }) => audit === 'throttled' && ip === address)
    // Once, however often in ten seconds.
    expect(throttled).toMatchObject([{ limit: 'passwordFailures', userId: expect.any(String) }])
  })

  test('at sign-in are counted for the account and the address, five at most', async ({ api }) => {
    const address = newAddress()
    const { email } = await api.newUser()
    for (let count = 0; count < 5; count++) expect((await api.login(email, wrong, { address })).status).toBe(401)
    expect(await api.login(email, password, { address })).toMatchObject(limited)
    expect(await api.login(email.toUpperCase(), password, { address })).toMatchObject(limited)
    expect((await api.login(email, password, {})).status).toBe(200)
  })

  test('that somebody else tries from the same address shut nobody out who is signed in', async ({ api }) => {
    const address = newAddress()
    const { email, token } = await api.newUser()
    for (let count = 0; count < 30; count++) await api.login(email, wrong, { address })
    expect(await api.login(email, password, { address })).toMatchObject(limited)
    const change = { currentPassword: password, newPassword: 'a wholly new passphrase' }
    expect((await api.mutate('auth.changePassword', change, { address, token })).status).toBe(200)
  })

  test('of an account that does not exist are counted alike', async ({ api }) => {
    const address = newAddress()
    const email = newEmail()
    for (let count = 0; count < 5; count++) expect((await api.login(email, wrong, { address })).status).toBe(401)
    expect(await api.login(email, wrong, { address })).toMatchObject(limited)
  })

  test('a right one resets the count', async ({ api }) => {
    const address = newAddress()
    const { email } = await api.newUser()
    for (let count = 0; count < 4; count++) expect((await api.login(email, wrong, { address })).status).toBe(401)
    expect((await api.login(email, password, { address })).status).toBe(200)
    for (let count = 0; count < 5; count++) expect((await api.login(email, wrong, { address })).status).toBe(401)
    expect(await api.login(email, password, { address })).toMatchObject(limited)
  })

  test('all tried at once are five, and the right one comes too late', async ({ api }) => {
    const address = newAddress()
    const { email } = await api.newUser()
    const attempts = await Promise.all(
      Array.from({ length: 30 }, (_, index) => api.login(email, index < 20 ? wrong : password, { address })),
    )
    const statuses = attempts.map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(5)
    expect(statuses.filter((status) => status === 429)).toHaveLength(25)
  })
})

describe('passwords are hashed', () => {
  test('20 times in 5 minutes for a user, whatever comes of it, and no policy is asked for more', async ({
    server,
    api,
  }) => {
    const { id, token } = await api.newUser()
    const change = () =>
      api.mutate('auth.changePassword', { currentPassword: password, newPassword: 'password1' }, { token })
    for (let left = 19; left >= 0; left--) {
      expect(await change()).toMatchObject({ status: 400, reasons: ['VALIDATION_FAILED'] })
    }
    expect(await change()).toMatchObject(limited)
    expect(await api.mutate('apiToken.create', { name: 'Tool', password }, { token })).toMatchObject(limited)
    expect((await api.query('auth.me', { token })).status).toBe(200)
    expect((await server.services.limits.consume('passwordCallsPerUser', id)).exceeded).toBe(true)
  })

  test('60 times for those of a /56 who sign in or register, and 120 times for those who are signed in', async ({
    api,
  }) => {
    const { email, token } = await api.newUser()
    await api.spend('signInsPerNetwork', '2001:db8:0:a00::/56')
    for (const address of ['2001:db8:0:a01::1', '2001:db8:0:aff::1']) {
      expect(await api.login(email, password, { address })).toMatchObject(limited)
      expect(await api.mutate('auth.register', { email: newEmail(), password }, { address })).toMatchObject(limited)
      expect((await api.mutate('apiToken.create', { name: 'Tool', password }, { address, token })).status).toBe(200)
    }
    expect((await api.login(email, password, { address: '2001:db8:0:b00::1' })).status).toBe(200)
    await api.spend('passwordCallsPerNetwork', '2001:db8:0:a00::/56')
    const address = '2001:db8:0:a02::1'
    expect((await api.mutate('apiToken.create', { name: 'Tool', password }, { address, token })).status).toBe(200)
    expect(await api.mutate('apiToken.create', { name: 'Tool', password }, { address, token })).toMatchObject(limited)
  })

  test('a few times for whoever shares a network with those who have used it up', async ({ server, api }) => {
    const address = newAddress()
    const refused = { currentPassword: password, newPassword: 'password1' }
    const greedy = await Promise.all(Array.from({ length: 9 }, api.newUser))
    for (const { token } of greedy) {
      for (let count = 0; count < 20; count++) await api.mutate('auth.changePassword', refused, { address, token })
    }
    expect((await server.services.limits.consume('passwordCallsPerNetwork', address)).exceeded).toBe(true)
    const { token } = await api.newUser()
    const change = { currentPassword: password, newPassword: 'a wholly new passphrase' }
    expect((await api.mutate('auth.changePassword', change, { address, token })).status).toBe(200)
  })
})

describe('X-Forwarded-For is believed', () => {
  const remaining = async (at: TestServer, forwarded: string) =>
    (await send(at, { method: 'GET', path: '/trpc/auth.me', headers: { 'x-forwarded-for': forwarded } })).headers[
      'ratelimit-remaining'
    ]

  test('as far as our own proxy wrote it, and no further', async ({ server }) => {
    const address = newAddress()
    expect(await remaining(server, `203.0.113.1, ${address}`)).toBe('299')
    expect(await remaining(server, `203.0.113.2, 10.0.0.1, ${address}`)).toBe('298')
    expect(await remaining(server, address)).toBe('297')
  })

  test('also from a gateway that writes ports: each of its clients has a limit of its own, whatever the port', async ({
    server,
  }) => {
    for (const [one, two] of [
      [newAddress(), newAddress()],
      ['[2001:db8:c:1::1]', '[2001:db8:c:2::1]'],
    ]) {
      expect(await remaining(server, `${one}:5678`)).toBe('299')
      expect(await remaining(server, `${two}:443`)).toBe('299')
      expect(await remaining(server, `${one}:5679`)).toBe('298')
    }
  })

  test('not at all where there is no proxy', async ({ db }) => {
    await using bare = await testServer(db, {
      services: { limitStore: { redis: null, multiplier: 1 } },
    })
    expect(await remaining(bare, '203.0.113.1')).toBe('299')
    expect(await remaining(bare, '203.0.113.2')).toBe('298')
  })

  test('two hops deep where there are two proxies', async ({ db }) => {
    await using behindTwo = await testServer(db, {
      trustProxy: 2,
      services: { limitStore: { redis: null, multiplier: 1 } },
    })
    expect(await remaining(behindTwo, '203.0.113.9, 203.0.113.1, 10.0.0.1')).toBe('299')
    expect(await remaining(behindTwo, '203.0.113.8, 203.0.113.1, 10.0.0.2')).toBe('298')
    expect(await remaining(behindTwo, '203.0.113.9, 203.0.113.2, 10.0.0.1')).toBe('299')
  })
})

test('RATE_LIMIT_MULTIPLIER multiplies the limits', async ({ db }) => {
  await using generous = await testServer(db, {
    services: { limitStore: { redis: null, multiplier: 3 } },
  })
  const { headers } = await send(generous, { method: 'GET', path: '/trpc/auth.me' })
  expect(headers).toMatchObject({ 'ratelimit-limit': '900', 'ratelimit-remaining': '899' })
})
