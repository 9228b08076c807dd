import { describe, expect, test } from 'vitest'
import { badTokens, type ForgeryConfig, goodToken } from './testing/bad-tokens.ts'
import { createTokens } from './tokens.ts'

const config = { secret: 'a secret of at least thirty-two characters', accessTtlSeconds: 900 }
const tokens = createTokens(config)

const kinds: { name: string; forgery: ForgeryConfig; verify: (token: string) => unknown }[] = [
  { name: 'an access token', forgery: { ...config, type: 'at+jwt' }, verify: tokens.verifyAccess },
  { name: 'a refresh token', forgery: { ...config, type: 'rt+jwt' }, verify: tokens.verifyRefresh },
]

describe.each(kinds)('$name', ({ forgery, verify }) => {
  const bad = badTokens(forgery)

  test('is accepted where nothing is wrong with it', () => {
    expect(verify(goodToken(forgery))).toMatchObject({ generation: 3 })
  })

  test('has been tried with enough faults, each its own', () => {
    expect(bad.length).toBeGreaterThan(120)
    expect(new Set(bad.map(({ token }) => token)).size).toBe(bad.length)
  })

  test.each(bad)('is refused: $fault', ({ token, reason }) => {
    expect(() => verify(token)).toThrow(expect.objectContaining({ name: 'DomainError', reason }))
  })
})
