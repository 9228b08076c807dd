import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { authResultSchema, loginInputSchema, normalizeEmail, registerInputSchema } from './auth.ts'
import { complaintsOf } from './testing/index.ts'

const password = 'correct horse battery'

function register(input: unknown) {
  const result = registerInputSchema.safeParse(input)
  return result.success ? result.data : complaintsOf(result.error)
}

describe('an email', () => {
  test.each([
    ['  Ada@Example.ORG ', 'ada@example.org'],
    ['ＡＤＡ＠ｅｘａｍｐｌｅ．ｏｒｇ', 'ada@example.org'],
    ['\u212aelvin@example.org', 'kelvin@example.org'],
    ['\ufb01sh@example.org', 'fish@example.org'],
    ['o’neil+tag@example.org'.replace('’', "'"), "o'neil+tag@example.org"],
    ['a@xn--e1afmkfd.xn--p1ai', 'a@xn--e1afmkfd.xn--p1ai'],
    [`${'l'.repeat(64)}@example.org`, `${'l'.repeat(64)}@example.org`],
  ])('%s is the account %s', (email, account) => {
    expect(register({ email, password })).toEqual({ email: account, password })
  })

  test.each([
    'ada',
    'ada@',
    '@example.org',
    'ada@localhost',
    'ada@@example.org',
    'a da@example.org',
    'ada@exam ple.org',
    '.ada@example.org',
    'ada.@example.org',
    'a..da@example.org',
    'ada@-example.org',
    'ada@example-.org',
    'ada@example..org',
    'ada@example.o',
    'ada@127.0.0.1',
    'ada@[127.0.0.1]',
    'dotless\u0131@example.org',
    'İstanbul@example.org',
    'а\u0434\u0430@example.org',
    'ada@exаmple.org',
    'ada\0@example.org',
    'ada@example.org\ud800',
    'ada@example.org\nbcc: eve@example.org',
    'a\u00df@example.org',
    `${'l'.repeat(65)}@example.org`,
  ])('%j is none', (email) => {
    expect(register({ email, password })).toEqual([{ path: 'email', message: 'Not a valid email address' }])
  })

  test('of more than 254 characters is refused', () => {
    expect(
      register({ email: `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(70)}`, password }),
    ).toEqual([{ path: 'email', message: 'Email must have at most 254 characters' }])
  })

  test('that is accepted is ASCII, lower case and normal', () => {
    const lookAlike = fc.constantFrom('A', 'ａ', '\u212a', '\ufb01', 'ı', 'İ', 'ß', 'ſ', 'Å', '.', '+', '\u200b', ' ')
    const local = fc.array(fc.oneof(lookAlike, fc.string({ unit: 'binary', maxLength: 1 })), { maxLength: 8 })
    fc.assert(
      fc.property(local, fc.constantFrom('@', '＠', '﹫'), (characters, at) => {
        const result = registerInputSchema.safeParse({ email: `a${characters.join('')}${at}example.org`, password })
        if (!result.success) return
        expect(result.data.email).toMatch(/^[\x21-\x7e]+$/)
        expect(normalizeEmail(result.data.email)).toBe(result.data.email)
      }),
      { numRuns: 3_000 },
    )
  })

  test('made to be slow is answered at once', () => {
    const started = performance.now()
    register({ email: `${'a.'.repeat(50_000)}@`, password })
    register({ email: `a@${'a-'.repeat(120)}`, password })
    register({ email: '\ufdfa'.repeat(4_000), password })
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe('a password at registration', () => {
  const email = 'ada@example.org'

  test('is taken as it is', () => {
    expect(register({ email, password: '  Pässwörd 😀 ' })).toEqual({ email, password: '  Pässwörd 😀 ' })
  })

  test('has at most 72 bytes', () => {
    expect(register({ email, password: '😀'.repeat(18) })).toHaveProperty('password')
    expect(register({ email, password: `${'😀'.repeat(18)}a` })).toEqual([
      { path: 'password', message: expect.stringContaining('at most 72 bytes') },
    ])
  })

  test.each([
    ['', 'Password is required'],
    ['with\0nul', 'Password contains characters that cannot be used'],
    ['with\ud800half', 'Password contains characters that cannot be used'],
    [undefined, 'Password is required'],
    [12_345_678, 'Password must be text'],
  ])('%j is refused', (value, message) => {
    expect(register({ email, password: value })).toEqual([{ path: 'password', message }])
  })
})

describe('a password at login', () => {
  test.each(['', 'x', 'x'.repeat(1_024), 'with\0nul', '\ud800'])('%j is left to be found wrong', (value) => {
    expect(loginInputSchema.parse({ email: 'Ada@example.org', password: value })).toEqual({
      email: 'ada@example.org',
      password: value,
    })
  })

  test('of more than 1 024 characters is refused', () => {
    expect(loginInputSchema.safeParse({ email: 'ada@example.org', password: 'x'.repeat(1_025) }).success).toBe(false)
  })
})

test('a password hash never leaves with a user', () => {
  const now = new Date()
  const user = { id: 'id', email: 'ada@example.org', createdAt: now, updatedAt: now }
  const result = { user, accessToken: 'token', accessTokenExpiresAt: now }
  const withColumns = { ...result, user: { ...user, passwordHash: '$2b$12$', changeSeq: 7 }, sessionId: 'id' }
  expect(authResultSchema.parse(withColumns)).toEqual(result)
})
