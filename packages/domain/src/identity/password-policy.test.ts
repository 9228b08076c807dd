import type { ValidationIssue } from '@taskwire/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DomainError } from '../domain-error.ts'
import { checkNewPassword, type NewPassword } from './password-policy.ts'

const accepted = { password: 'correct horse battery staple', email: 'margaret@example.com', minLength: 8 }

function issuesOf(input: Partial<NewPassword>): ValidationIssue[] {
  try {
    checkNewPassword({ ...accepted, ...input })
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError)
    expect(error).toMatchObject({ reason: 'VALIDATION_FAILED' })
    return (error as { details: { issues: ValidationIssue[] } }).details.issues
  }
}

describe('a new password', () => {
  test.each([
    'correct horse battery staple',
    'ümläuts ßind ok',
    '高山流水遇知音嗎',
    'aaaabbbbccccddddx',
    'the quick brown fox',
    'plant-a-tree-today',
    'my taskwire account',
  ])('may be %j', (password) => {
    expect(issuesOf({ password })).toEqual([])
  })

  test('has at least as many code points as configured', () => {
    expect(issuesOf({ password: 'wq7xk2v' })).toMatchObject([
      { path: 'password', message: 'Password must have at least 8 characters' },
    ])
    expect(issuesOf({ password: 'wq7xk2vz' })).toEqual([])
    expect(issuesOf({ password: 'wq7xk2vz', minLength: 12 })).toHaveLength(1)
  })

  test('is counted in code points, not in UTF-16 units', () => {
    expect(issuesOf({ password: '🐙🦑🦐🦞' })).toHaveLength(1)
    expect(issuesOf({ password: '🐙🦑🦐🦞🦀🐡🐠🐟' })).toEqual([])
  })

  test('has at most 72 bytes in UTF-8', () => {
    const longest = 'Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich, heu'
    expect(Buffer.byteLength(longest)).toBe(72)
    expect(issuesOf({ password: longest })).toEqual([])
    expect(issuesOf({ password: longest.concat('e') })).toMatchObject([
      { path: 'password', message: expect.stringContaining('at most 72 bytes') },
    ])
  })

  test('is measured in the form that is hashed, however its accents were composed', () => {
    expect(issuesOf({ password: 'blåbærgrød på fjäll'.normalize('NFD') })).toEqual([])
    expect(issuesOf({ password: 'åéöüñçæ'.normalize('NFD') })).toMatchObject([
      { path: 'password', message: 'Password must have at least 8 characters' },
    ])
    expect(issuesOf({ password: 'ｗｑ７ｘｋ２ｖｚ'.repeat(4) })).toEqual([])
    expect(issuesOf({ password: '\ufdfa'.repeat(3) })).toMatchObject([
      { path: 'password', message: expect.stringContaining('at most 72 bytes') },
    ])
  })

  test.each(['margaret1984', 'MARGARET1984', 'i-am-mArGaReT', 'ｍａｒｇａｒｅｔ1984'])(
    'does not contain the name of the email: %j',
    (password) => {
      expect(issuesOf({ password })).toMatchObject([
        {
          path: 'password',
          message: 'Password must not contain the name in your email address',
          code: 'PASSWORD_CONTAINS_EMAIL',
        },
      ])
    },
  )

  test('may contain an email name of three letters', () => {
    expect(issuesOf({ password: 'annual planning', email: 'ann@example.com' })).toEqual([])
  })

  test('may contain the domain of the email', () => {
    expect(issuesOf({ password: 'example of a password' })).toEqual([])
  })

  test.each([
    ['of one character', ['00000000', '        ', '!!!!!!!!', '\u3000'.repeat(9)]],
    ['of a few that repeat', ['!!!!????', 'ababababab', '密碼密碼密碼密碼', '  a       ']],
    ['of a sequence', ['87654321', 'abcdefgh', 'ZYXWVUTSR', 'абвгдежз', '09876543210', 'zxcvbnm,./']],
    ['of a common one and little more', ['Password1!', 'P@ssw0rd123', 'drowssap1', 'iloveyou!']],
    ['of fullwidth characters, as weak as the others', ['ｐａｓｓｗｏｒｄ', '００００００００', 'ｔａｓｋｗｉｒｅ']],
    ['of a day', ['12/03/1987', '1987-03-12']],
    ['of the product’s name and little more', ['taskwire', 'TASKWIRE', 'Taskwire2026!', 'my-taskwire', 'T@skw1re']],
  ])('is not one that is made %s', (_, weak) => {
    for (const password of weak) expect([password, ...issuesOf({ password })]).toHaveLength(2)
  })

  test('that is too easy to guess comes back with advice', () => {
    expect(issuesOf({ password: '98765432' })).toMatchObject([
      {
        path: 'password',
        message: expect.stringMatching(/^Password is too easy to guess\. .*sequences.* are easy to guess\. .*Avoid/),
        code: 'PASSWORD_TOO_EASY',
        params: { warning: 'sequences', suggestions: expect.arrayContaining(['sequences']) },
      },
    ])
  })

  test('that is little more than the product’s name is told as that', () => {
    expect(issuesOf({ password: 'taskwire' })).toMatchObject([{ code: 'PASSWORD_IS_PRODUCT_NAME', params: {} }])
  })

  test.each([1, 2, 4, 6, 7])('may be as short as configured, if it is no sequence: %i', (minLength) => {
    expect(issuesOf({ password: 'x7kpq2z'.slice(0, minLength), minLength })).toEqual([])
    if (minLength >= 4) expect(issuesOf({ password: 'zyxwvut'.slice(0, minLength), minLength })).toHaveLength(1)
  })

  test('made to be slow is judged in the time of a hash', () => {
    issuesOf({ password: 'reads the dictionaries' })
    const slow = [
      '@4aA'.repeat(18),
      '4@8({[<6936|!1'.repeat(5),
      'z@<9sOs<|z82%2!b|24i[ai{0!5O3$i(0@22lb63161{<b514ag|46zg7le6{<t$',
    ]
    const { user: before } = process.cpuUsage()
    for (const password of slow) issuesOf({ password })
    // As many characters as a password can have, looked at as zxcvbn does by default, take 600 to 1 200 ms each.
    expect((process.cpuUsage().user - before) / 1_000 / slow.length).toBeLessThan(300)
  })

  test.each(['password1', 'PASSWORD1', 'Qwertyuiop', '12345678', 'iloveyou', 'trustno1'])(
    'is not the common %j',
    (password) => {
      expect(issuesOf({ password })).toMatchObject([
        { path: 'password', message: expect.stringContaining('too common'), code: 'PASSWORD_TOO_COMMON' },
      ])
    },
  )

  test('is told its first fault alone, under the name of the field', () => {
    expect(issuesOf({ password: 'monkey', email: 'monkey@example.com', field: 'newPassword' })).toMatchObject([
      { path: 'newPassword', code: 'TOO_SHORT', params: { label: 'Password', min: 8 } },
    ])
  })

  test('is refused whenever it contains the name of the email, in any case', () => {
    const name = fc.stringMatching(/^[a-z0-9.]{4,20}$/)
    const around = fc.string({ maxLength: 10 })
    fc.assert(
      fc.property(name, around, around, (localPart, before, after) => {
        const password = `${before} ${localPart.toUpperCase()} ${after}`
        expect(issuesOf({ password, email: `${localPart}@example.com`, minLength: 1 })).toContainEqual(
          expect.objectContaining({ message: expect.stringContaining('name in your email') }),
        )
      }),
    )
  })
})
