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
  test.each(['correct horse battery staple', 'ümläuts ßind ok', '密碼密碼密碼密碼', 'aaaabbbbccccddddx'])(
    'may be %j',
    (password) => {
      expect(issuesOf({ password })).toEqual([])
    },
  )

  test('has at least as many code points as configured', () => {
    expect(issuesOf({ password: 'wq7xk2v' })).toEqual([
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
    expect(issuesOf({ password: 'é'.repeat(36) })).toEqual([])
    expect(issuesOf({ password: 'é'.repeat(36).concat('e') })).toEqual([
      { path: 'password', message: expect.stringContaining('at most 72 bytes') },
    ])
  })

  test('is measured in the form that is hashed, however its accents were composed', () => {
    expect(issuesOf({ password: 'é'.normalize('NFD').repeat(36) })).toEqual([])
    expect(issuesOf({ password: 'é'.normalize('NFD').repeat(7) })).toHaveLength(1)
  })

  test.each(['margaret1984', 'MARGARET1984', 'i-am-mArGaReT', 'ｍａｒｇａｒｅｔ1984'])(
    'does not contain the name of the email: %j',
    (password) => {
      expect(issuesOf({ password })).toEqual([
        { path: 'password', message: 'Password must not contain the name in your email address' },
      ])
    },
  )

  test('may contain an email name of three letters', () => {
    expect(issuesOf({ password: 'annual planning', email: 'ann@example.com' })).toEqual([])
  })

  test('may contain the domain of the email', () => {
    expect(issuesOf({ password: 'example of a password' })).toEqual([])
  })

  test.each(['password1', 'PASSWORD1', 'Qwertyuiop', '12345678', 'iloveyou', 'trustno1'])(
    'is not the common %j',
    (password) => {
      expect(issuesOf({ password })).toEqual([{ path: 'password', message: expect.stringContaining('too common') }])
    },
  )

  test('is told its first fault alone, under the name of the field', () => {
    expect(issuesOf({ password: 'monkey', email: 'monkey@example.com', field: 'newPassword' })).toEqual([
      { path: 'newPassword', message: 'Password must have at least 8 characters' },
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
