import { type BadToken, badTokens, deriveKeys, hmac } from '@taskwire/domain/testing'
import { describe, expect } from 'vitest'
import { test as base } from './testing/fixture.ts'
import {
  externalIssuer,
  externalToken,
  inProcessClient,
  refusalOf,
  testJwtSecret,
  testServices,
  testUser,
} from './testing/index.ts'

const test = base.extend('bridged', { scope: 'file' }, ({ db }, { onCleanup }) => {
  const bridged = testServices(db, { externalIssuer })
  onCleanup(() => bridged.close())
  return bridged
})

const now = Math.floor(Date.now() / 1_000)
const unsigned = () => Buffer.alloc(0)

const badAccessTokens = badTokens({ secret: testJwtSecret, type: 'at+jwt', accessTtlSeconds: 900 })
const badRefreshTokens = badTokens({ secret: testJwtSecret, type: 'rt+jwt', accessTtlSeconds: 900 })

const badApiTokens = invalid({
  'the prefix alone': 'twk_',
  'too short': `twk_${'A'.repeat(42)}`,
  'too long': `twk_${'A'.repeat(44)}`,
  'of no letters of its alphabet': `twk_${'+'.repeat(43)}`,
  'that nobody was given': `twk_${'A'.repeat(43)}`,
  'in capitals': `TWK_${'A'.repeat(43)}`,
  'with a line break after': `twk_${'A'.repeat(43)}\n`,
  'with SQL in it': `twk_' OR true --${'A'.repeat(30)}`,
  'of a megabyte': `twk_${'A'.repeat(1_000_000)}`,
})

const badExternalTokens: BadToken[] = [
  ...invalid({
    'iss: ours, signed by their key': externalToken({ claims: { iss: 'taskwire' } }),
    'iss: ours, with our audience': externalToken({ claims: { iss: 'taskwire', aud: 'taskwire-api' } }),
    'iss: ours, dressed up as our access token': externalToken({
      header: { typ: 'at+jwt', kid: deriveKeys(testJwtSecret).kid },
      claims: { iss: 'taskwire', aud: 'taskwire-api', sub: crypto.randomUUID(), sid: crypto.randomUUID(), gen: 1 },
    }),
    'iss: missing': externalToken({ claims: { iss: undefined } }),
    'iss: in an array': externalToken({ claims: { iss: [externalIssuer.issuer] } }),
    'iss: another': externalToken({ claims: { iss: `${externalIssuer.issuer}/` } }),
    'iss: in capitals': externalToken({ claims: { iss: externalIssuer.issuer.toUpperCase() } }),
    'aud: missing': externalToken({ claims: { aud: undefined } }),
    'aud: another': externalToken({ claims: { aud: 'another-service' } }),
    'aud: ours': externalToken({ claims: { aud: 'taskwire-api' } }),
    'aud: an empty list': externalToken({ claims: { aud: [] } }),
    'alg: none, unsigned': externalToken({ header: { alg: 'none' }, sign: unsigned }),
    'alg: none, signed': externalToken({ header: { alg: 'none' } }),
    'alg: HS256, unsigned': externalToken({ sign: unsigned }),
    'alg: HS384': externalToken({ header: { alg: 'HS384' }, sign: hmac(externalIssuer.secret, 'sha384') }),
    'alg: HS512': externalToken({ header: { alg: 'HS512' }, sign: hmac(externalIssuer.secret, 'sha512') }),
    'alg: RS256 over an HMAC': externalToken({ header: { alg: 'RS256' } }),
    'alg: missing': externalToken({ header: { alg: undefined } }),
    'key: our secret': externalToken({ sign: hmac(testJwtSecret) }),
    'key: of our access tokens': externalToken({ sign: hmac(deriveKeys(testJwtSecret).access) }),
    'key: derived from theirs': externalToken({ sign: hmac(deriveKeys(externalIssuer.secret).access) }),
    'key: empty': externalToken({ sign: hmac('') }),
    'crit: an extension': externalToken({ header: { crit: ['exp'] } }),
    'crit: empty': externalToken({ header: { crit: [] } }),
    'exp: missing': externalToken({ claims: { exp: undefined } }),
    'exp: null': externalToken({ claims: { exp: null } }),
    'exp: a text': externalToken({ claims: { exp: String(now + 300) } }),
    'exp: beyond all numbers': withClaims(
      `{"iss":"${externalIssuer.issuer}","aud":"${externalIssuer.audience}","sub":"x","email":"x@example.com","exp":1e400}`,
      { alg: 'HS256' },
    ),
    'iat: in the future': externalToken({ claims: { iat: now + 90 } }),
    'iat: a text': externalToken({ claims: { iat: 'yesterday' } }),
    'nbf: in the future': externalToken({ claims: { nbf: now + 90 } }),
    'nbf: a text': externalToken({ claims: { nbf: 'tomorrow' } }),
    'sub: missing': externalToken({ claims: { sub: undefined } }),
    'sub: empty': externalToken({ claims: { sub: '' } }),
    'sub: a number': externalToken({ claims: { sub: 7 } }),
    'sub: an object': externalToken({ claims: { sub: { not: null } } }),
    'sub: too long': externalToken({ claims: { sub: 'x'.repeat(256) } }),
    'sub: with NUL': externalToken({ claims: { sub: 'x\0' } }),
    'sub: half a surrogate pair': externalToken({ claims: { sub: '\ud800' } }),
    'email: missing': externalToken({ claims: { email: undefined } }),
    'email: a number': externalToken({ claims: { email: 7 } }),
    'email: none': externalToken({ claims: { email: 'nobody' } }),
    'email: a look-alike': externalToken({ claims: { email: 'pаypal@example.com' } }),
    'length: 8 kB of claims': externalToken({ claims: { padding: 'x'.repeat(8_192) } }),
    'claims: no JSON, in a token of type JWT': withClaims('sub=1', { alg: 'HS256', typ: 'JWT' }),
    'claims: null': withClaims('null', { alg: 'HS256', typ: 'JWT' }),
    'claims: a text': withClaims('"text"', { alg: 'HS256' }),
    'claims: with a prototype': withClaims(`{"__proto__":{"iss":"${externalIssuer.issuer}"}}`, { alg: 'HS256' }),
  }),
  { fault: 'expired', token: externalToken({ claims: { iat: now - 600, exp: now - 1 } }), reason: 'TOKEN_EXPIRED' },
  { fault: 'expired in 1970', token: externalToken({ claims: { iat: 0, exp: 1 } }), reason: 'TOKEN_EXPIRED' },
]

describe.each([
  { kind: 'an access token', bad: badAccessTokens },
  { kind: 'an API token', bad: badApiTokens },
  { kind: 'a token of another issuer', bad: badExternalTokens },
])('$kind', ({ bad }) => {
  test.for(bad)('is refused with 401: $fault', async ({ token, reason }, { services, bridged }) => {
    for (const server of [services, bridged]) {
      const { auth, task } = inProcessClient(server, { bearerToken: token })
      // Where no other issuer is known, an expired token of one is none at all.
      const expected =
        server === bridged || !badExternalTokens.some((one) => one.token === token) ? reason : 'TOKEN_INVALID'
      const refused = { code: 'UNAUTHORIZED', httpStatus: 401, requestId: 'test', reason: expected }
      expect(await refusalOf(auth.me.query())).toEqual(refused)
      expect(await refusalOf(task.create.mutate({ title: 'x' }))).toEqual(refused)
    }
  })
})

test.for(badRefreshTokens)('a cookie is refused with 401: $fault', async ({ token, reason }, { services }) => {
  const { auth } = inProcessClient(services, { refreshToken: token })
  for (const call of [auth.refresh.mutate, auth.restore.mutate]) {
    expect(await refusalOf(call())).toMatchObject({ httpStatus: 401, reason })
  }
})

test('of all these none made an account, and a good token is still served', async ({ services, bridged }) => {
  expect(await services.db.user.count()).toBe(0)
  for (const server of [services, bridged]) {
    const { client, user } = await testUser(server)
    expect(await client.auth.me.query()).toEqual(user)
  }
})

function invalid(tokens: Record<string, string>): BadToken[] {
  return Object.entries(tokens).map(([fault, token]) => ({ fault, token, reason: 'TOKEN_INVALID' }))
}

/** Signed by the other issuer's key, whatever it says. */
function withClaims(claims: string, header: Record<string, unknown>): string {
  const input = [JSON.stringify(header), claims].map((part) => Buffer.from(part).toString('base64url')).join('.')
  return `${input}.${hmac(externalIssuer.secret)(input).toString('base64url')}`
}
