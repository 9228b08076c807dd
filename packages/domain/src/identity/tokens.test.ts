import fc from 'fast-check'
import jwt from 'jsonwebtoken'
import { describe, expect, test, vi } from 'vitest'
import { deriveKeys } from './keys.ts'
import { createTokens, type TokenSubject } from './tokens.ts'

const SECRET = 'a secret of at least thirty-two characters'
const NEW_SECRET = 'another secret, which has at least as many'
const TTL = 900

const subject: TokenSubject = {
  userId: '0199a5f0-7b1c-7d2e-8f3a-4b5c6d7e8f90',
  sessionId: '0199a5f0-7b1c-7d2e-8f3a-000000000001',
  generation: 7,
}

const tokens = createTokens({ secret: SECRET, accessTtlSeconds: TTL })
const inAWeek = new Date(Math.floor(Date.now() / 1000 + 7 * 86_400) * 1000)

const uuid = fc.uuid()
const subjects = fc.record({ userId: uuid, sessionId: uuid, generation: fc.nat() })

describe('an access token', () => {
  test('says whom it speaks for, since when and until when', () => {
    const before = Math.floor(Date.now() / 1000) * 1000
    const { token, expiresAt } = tokens.signAccess(subject)
    const { issuedAt, ...claims } = tokens.verifyAccess(token)
    expect(claims).toEqual({ ...subject, expiresAt })
    expect(issuedAt.getTime()).toBeGreaterThanOrEqual(before)
    expect(expiresAt.getTime() - issuedAt.getTime()).toBe(TTL * 1000)
  })

  test('has the header and the claims that other servers are told to expect', () => {
    expect(jwt.decode(tokens.signAccess(subject).token, { complete: true })).toMatchObject({
      header: { alg: 'HS256', typ: 'at+jwt', kid: expect.stringMatching(/^[\w-]{12}$/) },
      payload: {
        iss: 'taskwire',
        aud: 'taskwire-api',
        sub: subject.userId,
        sid: subject.sessionId,
        gen: 7,
        iat: expect.any(Number),
        exp: expect.any(Number),
      },
    })
  })

  test('is verified by every process that has the secret, and by no other', () => {
    const { token } = tokens.signAccess(subject)
    expect(createTokens({ secret: SECRET, accessTtlSeconds: TTL }).verifyAccess(token)).toMatchObject(subject)
    expect(() => createTokens({ secret: NEW_SECRET, accessTtlSeconds: TTL }).verifyAccess(token)).toThrow(
      'TOKEN_INVALID',
    )
  })

  test('is accepted from a process whose clock is up to a minute ahead', () => {
    const { header, payload } = decode(tokens.signAccess(subject).token)
    const madeAhead = (seconds: number) => {
      const issuedAt = Math.floor(Date.now() / 1000) + seconds
      return jwt.sign({ ...payload, iat: issuedAt, exp: issuedAt + TTL }, deriveKeys(SECRET).access, { header })
    }
    for (const seconds of [20, 60]) expect(tokens.verifyAccess(madeAhead(seconds))).toMatchObject(subject)
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      expect(() => tokens.verifyAccess(madeAhead(61))).toThrow('TOKEN_INVALID')
    } finally {
      vi.useRealTimers()
    }
  })

  test('is refused once its life is longer than is now allowed', () => {
    const { token } = tokens.signAccess(subject)
    expect(() => createTokens({ secret: SECRET, accessTtlSeconds: TTL - 1 }).verifyAccess(token)).toThrow(
      'TOKEN_INVALID',
    )
  })

  test('does not refresh a session', () => {
    expect(() => tokens.verifyRefresh(tokens.signAccess(subject).token)).toThrow('TOKEN_INVALID')
  })

  test('comes back as it went, whatever it says', () => {
    fc.assert(
      fc.property(subjects, (someone) => {
        expect(tokens.verifyAccess(tokens.signAccess(someone).token)).toMatchObject(someone)
      }),
    )
  })

  test('is refused once any of its characters is changed, removed or added', () => {
    const { token } = tokens.signAccess(subject)
    const change = fc.record({
      at: fc.nat(token.length - 1),
      cut: fc.constantFrom(0, 1),
      by: fc.string({ maxLength: 2 }),
    })
    fc.assert(
      fc.property(change, ({ at, cut, by }) => {
        const changed = `${token.slice(0, at)}${by}${token.slice(at + cut)}`
        fc.pre(changed !== token)
        expect(() => tokens.verifyAccess(changed)).toThrow('TOKEN_INVALID')
      }),
      { numRuns: 1000 },
    )
  })

  test('is none of the strings that one could think of', () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    )
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('.')),
    )
    fc.assert(
      fc.property(text, (token) => {
        expect(() => tokens.verifyAccess(token)).toThrow('TOKEN_INVALID')
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a refresh token', () => {
  test('says whom it speaks for', () => {
    expect(tokens.verifyRefresh(tokens.signRefresh({ ...subject, expiresAt: inAWeek }))).toEqual(subject)
  })

  test('depends on user, session, generation and expiry alone, on every process', () => {
    const expiresAt = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(subjects, expiresAt, (someone, end) => {
        const elsewhere = createTokens({ secret: SECRET, previousSecret: NEW_SECRET, accessTtlSeconds: 60 })
        expect(elsewhere.signRefresh({ ...someone, expiresAt: end })).toBe(
          tokens.signRefresh({ ...someone, expiresAt: end }),
        )
      }),
    )
  })

  test('signs to the same text in every release', () => {
    const token = tokens.signRefresh({ ...subject, expiresAt: new Date('2030-01-01T00:00:00.999Z') })
    expect(token).toMatchInlineSnapshot(
      `"eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCIsImtpZCI6ImJLLVlmTk9OejFYMSJ9.eyJpc3MiOiJ0YXNrd2lyZSIsImF1ZCI6InRhc2t3aXJlLWFwaSIsInN1YiI6IjAxOTlhNWYwLTdiMWMtN2QyZS04ZjNhLTRiNWM2ZDdlOGY5MCIsInNpZCI6IjAxOTlhNWYwLTdiMWMtN2QyZS04ZjNhLTAwMDAwMDAwMDAwMSIsImdlbiI6NywiZXhwIjoxODkzNDU2MDAwfQ.TEqTzj-zFpbc9LhR4iEcf0wBIvpV0bkG4C10qSwydFU"`,
    )
  })

  test('is another for each generation, session and user', () => {
    const other = '0199a5f0-7b1c-7d2e-8f3a-000000000002'
    const variants = [
      subject,
      { ...subject, generation: 8 },
      { ...subject, sessionId: other },
      { ...subject, userId: other },
    ]
    expect(new Set(variants.map((variant) => tokens.signRefresh({ ...variant, expiresAt: inAWeek }))).size).toBe(4)
  })

  test('says nothing of when it was signed', () => {
    const { payload } = decode(tokens.signRefresh({ ...subject, expiresAt: inAWeek }))
    expect(Object.keys(payload).sort()).toEqual(['aud', 'exp', 'gen', 'iss', 'sid', 'sub'])
  })

  test('ends with its session', () => {
    const { payload } = decode(tokens.signRefresh({ ...subject, expiresAt: inAWeek }))
    expect(payload.exp).toBe(inAWeek.getTime() / 1000)
    const ended = tokens.signRefresh({ ...subject, expiresAt: new Date(Date.now() - 1000) })
    expect(() => tokens.verifyRefresh(ended)).toThrow('TOKEN_EXPIRED')
  })

  test('does not call anything', () => {
    expect(() => tokens.verifyAccess(tokens.signRefresh({ ...subject, expiresAt: inAWeek }))).toThrow('TOKEN_INVALID')
  })
})

describe('while the secret is being changed', () => {
  const before = createTokens({ secret: SECRET, accessTtlSeconds: TTL })
  const prepared = createTokens({ secret: SECRET, previousSecret: NEW_SECRET, accessTtlSeconds: TTL })
  const swapped = createTokens({ secret: NEW_SECRET, previousSecret: SECRET, accessTtlSeconds: TTL })
  const after = createTokens({ secret: NEW_SECRET, accessTtlSeconds: TTL })

  test.each([
    { step: 'not yet prepared to prepared', signer: before, verifier: prepared },
    { step: 'prepared to not yet prepared', signer: prepared, verifier: before },
    { step: 'prepared to swapped', signer: prepared, verifier: swapped },
    { step: 'swapped to prepared', signer: swapped, verifier: prepared },
    { step: 'swapped to finished', signer: swapped, verifier: after },
    { step: 'finished to swapped', signer: after, verifier: swapped },
  ])('tokens pass from a process $step', ({ signer, verifier }) => {
    expect(verifier.verifyAccess(signer.signAccess(subject).token)).toMatchObject(subject)
    expect(verifier.verifyRefresh(signer.signRefresh({ ...subject, expiresAt: inAWeek }))).toEqual(subject)
  })

  test('tokens of a secret that is gone are refused', () => {
    expect(() => after.verifyAccess(before.signAccess(subject).token)).toThrow('TOKEN_INVALID')
    expect(() => after.verifyRefresh(before.signRefresh({ ...subject, expiresAt: inAWeek }))).toThrow('TOKEN_INVALID')
  })

  test("a token that names one secret and is signed by the other's key is refused", () => {
    const { header, payload } = decode(before.signAccess(subject).token)
    const mixed = jwt.sign(payload, deriveKeys(NEW_SECRET).access, { header })
    expect(() => swapped.verifyAccess(mixed)).toThrow('TOKEN_INVALID')
  })
})

function decode(token: string): { header: jwt.JwtHeader; payload: jwt.JwtPayload } {
  const decoded = jwt.decode(token, { complete: true })
  if (decoded === null || typeof decoded.payload === 'string') throw new Error('No token of ours')
  return { header: decoded.header, payload: decoded.payload }
}
