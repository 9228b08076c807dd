import { generateKeyPairSync, type KeyObject, sign as signAsymmetric } from 'node:crypto'
import type { JwtType } from '../jwt.ts'
import { deriveKeys, type SigningKeys } from '../keys.ts'
import { forgeToken, hmac, type TokenParts } from './forge-token.ts'

/** A token that must be refused, the one thing that is wrong with it, and the reason to answer. */
export interface BadToken {
  fault: string
  token: string
  reason: 'TOKEN_INVALID' | 'TOKEN_EXPIRED'
}

export interface ForgeryConfig {
  /** The secret whose tokens are imitated. */
  secret: string
  type: JwtType
  /** Longest life of an access token, in seconds. */
  accessTtlSeconds: number
}

type Faults = Record<string, string>

interface Forgery {
  readonly type: JwtType
  readonly own: SigningKeys
  readonly ownKey: KeyObject
  readonly otherKey: KeyObject
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** The good token with something changed. */
  forge(changes?: { header?: unknown; claims?: unknown; sign?: TokenParts['sign'] }): string
}

const STRANGER = 'the secret of somebody else, also long enough'
const SUBJECT = '0199a5f0-7b1c-7d2e-8f3a-4b5c6d7e8f90'
const SESSION = '0199a5f0-7b1c-7d2e-8f3a-000000000001'

/** The token that all the bad ones were made from: it is good. */
export function goodToken(config: ForgeryConfig): string {
  return createForgery(config).forge()
}

/** Every way to be wrong in one thing: algorithm, key, kid, type, crit, claim, time, encoding. */
export function badTokens(config: ForgeryConfig): BadToken[] {
  const forgery = createForgery(config)
  const invalid = {
    ...badAlgorithms(forgery),
    ...badKeys(forgery),
    ...badKids(forgery),
    ...badTypes(forgery),
    ...badCrits(forgery),
    ...badClaims(forgery),
    ...badTimes(forgery),
    ...badEncodings(forgery),
    ...(config.type === 'at+jwt' ? badAccessTimes(forgery, config) : {}),
  }
  return [...toBadTokens(invalid, 'TOKEN_INVALID'), ...toBadTokens(expired(forgery), 'TOKEN_EXPIRED')]
}

function toBadTokens(faults: Faults, reason: BadToken['reason']): BadToken[] {
  return Object.entries(faults).map(([fault, token]) => ({ fault, token, reason }))
}

function createForgery({ secret, type, accessTtlSeconds }: ForgeryConfig): Forgery {
  const own = deriveKeys(secret)
  const [ownKey, otherKey] = type === 'at+jwt' ? [own.access, own.refresh] : [own.refresh, own.access]
  const issuedAt = now() - 10
  const header = { alg: 'HS256', typ: type, kid: own.kid }
  const claims = {
    iss: 'taskwire',
    aud: 'taskwire-api',
    sub: SUBJECT,
    sid: SESSION,
    gen: 3,
    iat: type === 'at+jwt' ? issuedAt : undefined,
    exp: issuedAt + accessTtlSeconds,
  }
  return {
    type,
    own,
    ownKey,
    otherKey,
    header,
    claims,
    forge: (changes) => forgeToken({ header, claims, sign: hmac(ownKey), ...changes }),
  }
}

function badAlgorithms({ header, ownKey, forge }: Forgery): Faults {
  const unsigned = () => Buffer.alloc(0)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ed = generateKeyPairSync('ed25519')
  const withAlg = (alg: unknown, sign = hmac(ownKey)) => forge({ header: { ...header, alg }, sign })
  return {
    'alg: none, unsigned': withAlg('none', unsigned),
    'alg: none, signed': withAlg('none'),
    'alg: NONE, unsigned': withAlg('NONE', unsigned),
    'alg: nOnE, unsigned': withAlg('nOnE', unsigned),
    'alg: HS256, unsigned': withAlg('HS256', unsigned),
    'alg: missing': withAlg(undefined),
    'alg: null': withAlg(null),
    'alg: in an array': withAlg(['HS256']),
    'alg: in lower case': withAlg('hs256'),
    'alg: with a space': withAlg('HS256 '),
    'alg: HS384': withAlg('HS384', hmac(ownKey, 'sha384')),
    'alg: HS512': withAlg('HS512', hmac(ownKey, 'sha512')),
    'alg: HS256 over a SHA-512 signature': withAlg('HS256', hmac(ownKey, 'sha512')),
    'alg: RS256': withAlg('RS256', (input) => signAsymmetric('sha256', Buffer.from(input), rsa.privateKey)),
    'alg: ES256': withAlg('ES256', (input) =>
      signAsymmetric('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }),
    ),
    'alg: EdDSA': withAlg('EdDSA', (input) => signAsymmetric(null, Buffer.from(input), ed.privateKey)),
  }
}

function badKeys({ header, claims, own, ownKey, otherKey, type, forge }: Forgery): Faults {
  const stranger = deriveKeys(STRANGER)
  const good = forge()
  const signature = good.slice(good.lastIndexOf('.') + 1)
  const unsigned = good.slice(0, good.lastIndexOf('.') + 1)
  return {
    'key: of the other type': forge({ sign: hmac(otherKey) }),
    "key: a stranger's": forge({ sign: hmac(type === 'at+jwt' ? stranger.access : stranger.refresh) }),
    'key: empty': forge({ sign: hmac('') }),
    'key: the kid': forge({ sign: hmac(own.kid) }),
    'key: brought along as jwk': forge({ header: { ...header, jwk: { kty: 'oct', k: 'AAAA' } }, sign: hmac('\0\0\0') }),
    'signature: of other claims': `${unsigned}${forge({ claims: { ...claims, gen: 4 } }).split('.')[2]}`,
    'signature: of other claims, kept': `${forge({ claims: { ...claims, gen: 4 } })
      .split('.')
      .slice(0, 2)
      .join('.')}.${signature}`,
    'signature: cut short': good.slice(0, -4),
    'signature: prolonged': `${good}AAAA`,
    'signature: one bit flipped': forge({ sign: (input) => flipBit(hmac(ownKey)(input)) }),
    'signature: all zeros': forge({ sign: () => Buffer.alloc(32) }),
  }
}

function badKids({ header, own, forge }: Forgery): Faults {
  const withKid = (kid: unknown) => forge({ header: { ...header, kid } })
  return {
    'kid: missing': withKid(undefined),
    'kid: null': withKid(null),
    'kid: a number': withKid(0),
    'kid: in an array': withKid([own.kid]),
    'kid: empty': withKid(''),
    "kid: a stranger's": withKid(deriveKeys(STRANGER).kid),
    'kid: a path': withKid('../../../../dev/null'),
    'kid: SQL': withKid("' OR 1=1 --"),
    'kid: __proto__': withKid('__proto__'),
    'kid: constructor': withKid('constructor'),
    'kid: with a space': withKid(`${own.kid} `),
  }
}

function badTypes({ header, type, forge }: Forgery): Faults {
  const withTyp = (typ: unknown) => forge({ header: { ...header, typ } })
  return {
    'typ: missing': withTyp(undefined),
    'typ: null': withTyp(null),
    'typ: in an array': withTyp([type]),
    'typ: JWT': withTyp('JWT'),
    'typ: in upper case': withTyp(type.toUpperCase()),
    'typ: with its media type': withTyp(`application/${type}`),
    'typ: of the other type': withTyp(type === 'at+jwt' ? 'rt+jwt' : 'at+jwt'),
    'typ: id token': withTyp('id+jwt'),
  }
}

function badCrits({ header, forge }: Forgery): Faults {
  const withCrit = (crit: unknown, extensions = {}) => forge({ header: { ...header, ...extensions, crit } })
  return {
    'crit: empty': withCrit([]),
    'crit: null': withCrit(null),
    'crit: a text': withCrit('exp'),
    'crit: a known member': withCrit(['kid']),
    'crit: an unknown extension': withCrit(['x-new'], { 'x-new': true }),
    'crit: b64': withCrit(['b64'], { b64: false }),
  }
}

function badClaims({ claims, forge }: Forgery): Faults {
  const withClaims = (changes: Record<string, unknown>) => forge({ claims: { ...claims, ...changes } })
  return {
    'iss: missing': withClaims({ iss: undefined }),
    'iss: wrong': withClaims({ iss: 'https://evil.example' }),
    'iss: in upper case': withClaims({ iss: 'TASKWIRE' }),
    'iss: in an array': withClaims({ iss: ['taskwire'] }),
    'aud: missing': withClaims({ aud: undefined }),
    'aud: wrong': withClaims({ aud: 'another-api' }),
    'aud: only its beginning': withClaims({ aud: 'taskwire' }),
    'aud: an empty array': withClaims({ aud: [] }),
    'aud: an object': withClaims({ aud: { 0: 'taskwire-api', length: 1 } }),
    'sub: missing': withClaims({ sub: undefined }),
    'sub: null': withClaims({ sub: null }),
    'sub: a number': withClaims({ sub: 1 }),
    'sub: empty': withClaims({ sub: '' }),
    'sub: no UUID': withClaims({ sub: 'admin' }),
    'sub: a UUID and more': withClaims({ sub: `${SUBJECT}\n` }),
    'sub: in an array': withClaims({ sub: [SUBJECT] }),
    'sid: missing': withClaims({ sid: undefined }),
    'sid: no UUID': withClaims({ sid: 'current' }),
    'sid: an object': withClaims({ sid: { not: SESSION } }),
    'gen: missing': withClaims({ gen: undefined }),
    'gen: null': withClaims({ gen: null }),
    'gen: a text': withClaims({ gen: '3' }),
    'gen: a fraction': withClaims({ gen: 3.5 }),
    'gen: negative': withClaims({ gen: -1 }),
    'gen: beyond the safe integers': withClaims({ gen: 2 ** 53 }),
    'gen: in an array': withClaims({ gen: [3] }),
    'claims: an array': forge({ claims: [] }),
    'claims: null': forge({ claims: null }),
    'claims: a JSON string': forge({ claims: JSON.stringify('claims') }),
    'claims: no JSON': forge({ claims: 'sub=1' }),
    'claims: empty': forge({ claims: '' }),
  }
}

function badTimes({ claims, ownKey, otherKey, forge }: Forgery): Faults {
  const withClaims = (changes: Record<string, unknown>) => forge({ claims: { ...claims, ...changes } })
  const past = { iat: now() - 120, exp: now() - 60 }
  return {
    'exp: missing': withClaims({ exp: undefined }),
    'exp: null': withClaims({ exp: null }),
    'exp: a text': withClaims({ exp: String(claims['exp']) }),
    'exp: a fraction': withClaims({ exp: Number(claims['exp']) + 0.5 }),
    'exp: negative': withClaims({ exp: -1 }),
    'iat: a text': withClaims({ iat: String(now()) }),
    'iat: a fraction': withClaims({ iat: now() - 9.5 }),
    'nbf: in the future': withClaims({ nbf: now() + 60 }),
    'nbf: a text': withClaims({ nbf: '0' }),
    'expired, and signed by another key': forge({ claims: { ...claims, ...past }, sign: hmac(otherKey) }),
    'expired, and signed over SHA-512': forge({ claims: { ...claims, ...past }, sign: hmac(ownKey, 'sha512') }),
    'expired, and of another issuer': withClaims({ ...past, iss: 'https://evil.example' }),
    'expired, and of another audience': withClaims({ ...past, aud: 'another-api' }),
    'expired, and of no session': withClaims({ ...past, sid: undefined }),
    'expired, and of no generation': withClaims({ ...past, gen: undefined }),
  }
}

function badAccessTimes({ claims, forge }: Forgery, { accessTtlSeconds }: ForgeryConfig): Faults {
  const withClaims = (changes: Record<string, unknown>) => forge({ claims: { ...claims, ...changes } })
  return {
    'iat: missing': withClaims({ iat: undefined }),
    'iat: null': withClaims({ iat: null }),
    'iat: in the future': withClaims({ iat: now() + 90, exp: now() + 90 + accessTtlSeconds }),
    'life: a second too long': withClaims({ exp: Number(claims['iat']) + accessTtlSeconds + 1 }),
    'life: in milliseconds': withClaims({ exp: Number(claims['exp']) * 1000 }),
    'life: none': withClaims({ iat: now() + 20, exp: now() + 20 }),
    'life: negative': withClaims({ iat: now() + 20, exp: now() + 10 }),
    'expired, and lived too long': withClaims({ iat: now() - accessTtlSeconds - 120, exp: now() - 60 }),
  }
}

function expired({ claims, forge }: Forgery): Faults {
  const withTimes = (iat: number, exp: number) =>
    forge({ claims: { ...claims, iat: claims['iat'] === undefined ? undefined : iat, exp } })
  return {
    'expired this second': withTimes(now() - 60, now()),
    'expired a minute ago': withTimes(now() - 120, now() - 60),
    'expired in 1970': withTimes(0, 1),
  }
}

function badEncodings(forgery: Forgery): Faults {
  const { header, claims, forge } = forgery
  const good = forge()
  const [headerPart = '', claimsPart = '', signature = ''] = good.split('.')
  return {
    'encoding: empty': '',
    'encoding: one word': 'token',
    'encoding: dots alone': '..',
    'encoding: two parts': `${headerPart}.${claimsPart}`,
    'encoding: four parts': `${good}.`,
    'encoding: five parts, as an encrypted token has': `${good}.${claimsPart}.${signature}`,
    'encoding: a space before': ` ${good}`,
    'encoding: a line break after': `${good}\n`,
    'encoding: a line break within': `${headerPart}.${claimsPart}\n.${signature}`,
    'encoding: NUL after': `${good}\0`,
    'encoding: its scheme before': `Bearer ${good}`,
    'encoding: in quotes': `"${good}"`,
    'encoding: percent signs': good.replaceAll('.', '%2E'),
    'encoding: full-width dots': good.replaceAll('.', '．'),
    'encoding: signature padded': `${good}=`,
    'encoding: header padded': `${headerPart}==.${claimsPart}.${signature}`,
    'encoding: the alphabet of plain base64': inPlainBase64(forgery),
    'encoding: spare bits set': `${good.slice(0, -1)}${nextInAlphabet(good.at(-1))}`,
    'encoding: a foreign letter in the signature': `${headerPart}.${claimsPart}.${signature.slice(0, 9)}!${signature.slice(9)}`,
    'encoding: JSON serialization': JSON.stringify({ protected: headerPart, payload: claimsPart, signature }),
    'encoding: header in the clear': `${JSON.stringify(header)}.${claimsPart}.${signature}`,
    'encoding: a lone surrogate': `${good}\ud800`,
    'header: no JSON': forge({ header: 'alg=HS256' }),
    'header: an array': forge({ header: [header] }),
    'header: null': forge({ header: null }),
    'header: a number': forge({ header: 1 }),
    'header: behind a byte order mark': forge({ header: `\ufeff${JSON.stringify(header)}` }),
    'header: cut short': forge({ header: JSON.stringify(header).slice(0, -1) }),
    'length: 2 kB of claims': forge({ claims: { ...claims, padding: 'x'.repeat(2048) } }),
    'length: 1 MB of letters': 'x'.repeat(1_000_000),
    'length: 100 000 dots': '.'.repeat(100_000),
    'length: deeply nested header': forge({ header: `${'['.repeat(500)}${']'.repeat(500)}` }),
  }
}

/** A good token but for the alphabet, of the first generation whose token differs in it. */
function inPlainBase64({ claims, forge }: Forgery): string {
  for (let generation = 0; ; generation += 1) {
    const token = forge({ claims: { ...claims, gen: generation } })
    const plain = token.replaceAll('-', '+').replaceAll('_', '/')
    if (plain !== token) return plain
  }
}

function flipBit(signature: Buffer): Buffer {
  signature.writeUInt8(signature.readUInt8(0) ^ 1, 0)
  return signature
}

// 32 bytes end in a letter of which only four bits count: its successor decodes to the same bytes.
function nextInAlphabet(letter = ''): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(letter) + 1)
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
