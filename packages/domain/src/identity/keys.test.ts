import { describe, expect, test } from 'vitest'
import { createKeyRing, deriveKeys } from './keys.ts'

const SECRET = 'a secret of at least thirty-two characters'
const PREVIOUS = 'another secret, of the time before the swap'

describe('deriveKeys', () => {
  test('derives the same keys on every process', () => {
    const { kid, access, refresh } = deriveKeys(SECRET)
    expect({
      kid,
      access: access.export().toString('hex'),
      refresh: refresh.export().toString('hex'),
    }).toMatchInlineSnapshot(`
      {
        "access": "d2c18251919de3dbd946a5e18c7181bb3f90a55c6b1f5fc04370ddb597d76521",
        "kid": "bK-YfNONz1X1",
        "refresh": "4ad8d1cf5df5a147ce1945eeade2465f0460ad1831cc30abb037f0a571cfd218",
      }
    `)
  })

  test('derives independent keys for access and refresh', () => {
    const { kid, access, refresh } = deriveKeys(SECRET)
    expect(access.equals(refresh)).toBe(false)
    expect(access.export().toString('base64url')).not.toContain(kid)
  })

  test('derives other keys and another kid from another secret', () => {
    const one = deriveKeys(SECRET)
    const other = deriveKeys(PREVIOUS)
    expect(one.kid).not.toBe(other.kid)
    expect(one.access.equals(other.access)).toBe(false)
    expect(one.refresh.equals(other.refresh)).toBe(false)
  })
})

describe('createKeyRing', () => {
  test('signs with the current secret and finds both by kid', () => {
    const ring = createKeyRing({ secret: SECRET, previousSecret: PREVIOUS })
    expect(ring.current.kid).toBe(deriveKeys(SECRET).kid)
    expect(ring.find(deriveKeys(SECRET).kid)).toBe(ring.current)
    expect(ring.find(deriveKeys(PREVIOUS).kid)?.access.equals(deriveKeys(PREVIOUS).access)).toBe(true)
  })

  test('finds nothing for the kid of a secret that is not in it', () => {
    expect(createKeyRing({ secret: SECRET }).find(deriveKeys(PREVIOUS).kid)).toBeUndefined()
  })
})
