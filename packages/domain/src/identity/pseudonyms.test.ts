import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPseudonyms } from './pseudonyms.ts'

const pseudonym = createPseudonyms('a secret of tests, at least 32 characters')

test('a pseudonym is short, and tells nothing of the name that it stands for', () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.ipV6(), (email, address) => {
      const name = pseudonym(`${email} ${address}`)
      expect(name).toMatch(/^[\w-]{22}$/)
      expect(pseudonym(`${email} ${address}`)).toBe(name)
      expect(pseudonym(`${email} ${address}0`)).not.toBe(name)
    }),
  )
  expect(pseudonym(`${'x'.repeat(10_000)}@example.com`)).toHaveLength(22)
})

test('whoever has another secret has other pseudonyms', () => {
  expect(createPseudonyms('another secret of tests, 32 characters')('ada@example.com')).not.toBe(
    pseudonym('ada@example.com'),
  )
})
